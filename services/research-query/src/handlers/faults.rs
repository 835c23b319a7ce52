//! Why something could not be done: people get a plain sentence, the log the cause.

use coffer_bus::HandlerError;
use coffer_proto::common::v1::{Refusal, refusal::Code};

use crate::store::StoreError;

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::NotFound) {
            return Self::not_found("There is no such thing, or it is not yours.");
        }
        let (code, message) = if error.is_passing() {
            (Code::Unavailable, "A system behind this page cannot be reached. Please try again in a moment.")
        } else {
            (Code::Internal, "Something went wrong on our side. Please tell the research database manager.")
        };
        let cause: &(dyn std::error::Error + 'static) = &error;
        tracing::error!(cause, "a question could not be answered");
        Self::new(code, message)
    }
}

impl From<StoreError> for HandlerError {
    fn from(error: StoreError) -> Self {
        Self::retry(error)
    }
}
