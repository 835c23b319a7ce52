//! What can go wrong on the way to the broker.

use std::error::Error;

use coffer_store::SealError;
use thiserror::Error;

/// Any error of a library, boxed.
pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// Why something on the bus failed.
#[derive(Debug, Error)]
pub enum BusError {
    /// The settings cannot be used.
    #[error("bus settings: {0}")]
    Settings(String),
    /// The broker does not answer, or refuses.
    #[error("the broker refused or did not answer")]
    Broker(#[source] BoxError),
    /// A stream or consumer exists with another definition.
    #[error("{name} exists with another definition: {difference}")]
    Conflict {
        /// Stream, or stream and consumer.
        name: String,
        /// The first setting that differs, with both values.
        difference: String,
    },
    /// A message is larger than the broker takes.
    #[error("the message is too large for the bus: {0} bytes")]
    TooLarge(usize),
    /// The database refused or did not answer.
    #[error("the database refused or did not answer")]
    Database(#[from] sqlx::Error),
    /// A key is missing, or a body was tampered with.
    #[error(transparent)]
    Seal(#[from] SealError),
}

impl BusError {
    pub(crate) fn broker(error: impl Into<BoxError>) -> Self {
        Self::Broker(error.into())
    }
}
