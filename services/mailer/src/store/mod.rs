//! The e-mails in PostgreSQL. Every step loads the custody under a row lock, lets the domain decide, and
//! writes the result with its attempt and its fact in one transaction.

mod accept;
mod conclude;
mod custody;
mod read;

pub use custody::Claim;
pub use read::{AttemptRow, Depth, EmailRow, EmailSummary};

use std::sync::Arc;

use coffer_bus::{BusError, Outbox};
use coffer_store::{Keyring, SealError};
use coffer_types::Clock;
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use thiserror::Error;

use crate::domain::custody::CustodyError;

/// Our tables.
pub static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Why a step was not stored.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The custody does not allow the step.
    #[error(transparent)]
    Custody(#[from] CustodyError),
    /// No such e-mail.
    #[error("no such e-mail")]
    NotFound,
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A sealed column cannot be written or read.
    #[error("a sealed column cannot be used")]
    Sealing(#[from] SealError),
    /// A fact could not be put into the outbox.
    #[error("the outbox failed: {0}")]
    Outbox(#[from] BusError),
    /// A column holds what it never should.
    #[error("the column {0} holds an unknown value")]
    Column(&'static str),
}

/// The e-mails of this mailer.
#[derive(Clone)]
pub struct Emails {
    pool: PgPool,
    keyring: Keyring,
    outbox: Outbox,
    clock: Arc<dyn Clock>,
}

impl Emails {
    /// E-mails in `pool`, sealed by `keyring`, reported through `outbox`.
    pub fn new(pool: PgPool, keyring: Keyring, outbox: Outbox, clock: Arc<dyn Clock>) -> Self {
        Self { pool, keyring, outbox, clock }
    }
}
