//! Why something could not be done. People get a plain sentence, the bus a verdict, the log the cause.

use coffer_bus::{BusError, HandlerError};
use coffer_proto::common::v1::{Refusal, refusal::Code};
use thiserror::Error;

use crate::papers::PaperError;
use crate::ports::LookupError;
use crate::store::StoreError;

/// Any fault behind a handler.
#[derive(Debug, Error)]
pub enum Fault {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The clinical source or the identity map.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// A letter could not be typeset.
    #[error(transparent)]
    Paper(#[from] PaperError),
    /// The words of an e-mail could not be set.
    #[error("an e-mail's template failed")]
    Mail(#[from] askama::Error),
}

impl From<BusError> for Fault {
    fn from(error: BusError) -> Self {
        Self::Store(error.into())
    }
}

impl Fault {
    /// Something is out of reach and comes back by itself.
    fn is_passing(&self) -> bool {
        match self {
            Self::Store(StoreError::Sql(error)) => {
                matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed)
            }
            Self::Lookup(LookupError::Down(..)) => true,
            Self::Store(_) | Self::Lookup(_) | Self::Paper(_) | Self::Mail(_) => false,
        }
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        let (code, message) = if fault.is_passing() {
            (Code::Unavailable, "A system behind this page cannot be reached. Please try again in a moment.")
        } else {
            (Code::Internal, "Something went wrong on our side. Please tell the research database manager.")
        };
        let cause: &(dyn std::error::Error + 'static) = &fault;
        tracing::error!(cause, "a question could not be answered");
        Self::new(code, message)
    }
}

impl From<Fault> for HandlerError {
    /// Everything here may pass by itself or by a repair, so the message is kept and tried again.
    fn from(fault: Fault) -> Self {
        Self::retry(fault)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Fault::from(error).into()
    }
}

impl From<LookupError> for Refusal {
    fn from(error: LookupError) -> Self {
        Fault::from(error).into()
    }
}

impl From<StoreError> for HandlerError {
    fn from(error: StoreError) -> Self {
        Fault::from(error).into()
    }
}

impl From<LookupError> for HandlerError {
    fn from(error: LookupError) -> Self {
        Fault::from(error).into()
    }
}
