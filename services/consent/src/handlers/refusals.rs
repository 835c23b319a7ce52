//! Faults of the store as refusals: a plain sentence for the person, the cause in the log.

use coffer_proto::common::v1::{Refusal, refusal::Code};

use crate::ports::LookupError;
use crate::store::StoreError;

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let code = match &error {
            StoreError::Sql(sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed) => {
                Code::Unavailable
            }
            _ => Code::Internal,
        };
        refuse(code, &error)
    }
}

impl From<LookupError> for Refusal {
    fn from(error: LookupError) -> Self {
        let code = match &error {
            LookupError::Down(..) => Code::Unavailable,
            LookupError::Malformed { .. } => Code::Internal,
        };
        refuse(code, &error)
    }
}

fn refuse(code: Code, error: &(dyn std::error::Error + 'static)) -> Refusal {
    tracing::error!(error, "a question could not be answered");
    let message = match code {
        Code::Unavailable => "A system behind this page cannot be reached. Please try again in a moment.",
        _ => "Something went wrong on our side. Please tell the research database manager.",
    };
    Refusal::new(code, message)
}
