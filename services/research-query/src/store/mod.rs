//! Our own database.

pub(crate) mod exports;
pub(crate) mod highlights;
pub(crate) mod runs;
pub(crate) mod saved_queries;
pub(crate) mod standard_queries;

use coffer_bus::BusError;
use coffer_store::SealError;
use sqlx::migrate::Migrator;
use thiserror::Error;

use crate::domain::run::CustodyError;

/// Our tables.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Why our database did not do what was asked.
#[derive(Debug, Error)]
pub(crate) enum StoreError {
    /// There is no such row, or it belongs to somebody else: the two look the same on purpose.
    #[error("no such row")]
    NotFound,
    /// The run cannot take this step.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// The database refused or is out of reach.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
    /// A sealed column could not be opened or made.
    #[error("a sealed column failed")]
    Seal(#[from] SealError),
    /// A message could not be put into the outbox.
    #[error("the outbox failed")]
    Outbox(#[from] BusError),
    /// A column holds what this version does not know.
    #[error("the column {0} holds an unknown value")]
    Column(&'static str),
}

impl StoreError {
    /// Something is out of reach and comes back by itself.
    pub(crate) fn is_passing(&self) -> bool {
        let Self::Sql(error) = self else { return false };
        matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::PoolClosed)
    }
}

/// What functions of the store return.
pub(crate) type Result<T> = std::result::Result<T, StoreError>;
