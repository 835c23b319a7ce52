//! The database of the consent service: one file per group of tables, small functions on `&mut PgConnection`.
//! What identifies a patient is sealed before it is written; transactions belong to the callers.

pub mod answers;
pub mod audit;
pub mod charity;
pub mod consent_modes;
pub mod contact_requests;
pub mod decisions;
pub mod desk;
pub mod idempotency;
pub mod letters;
pub mod mails;
pub mod patient_answers;
pub mod patients;
pub mod questions;
pub mod request_lists;
pub mod reservations;
pub mod responses;
pub mod snapshots;
pub mod studies;
pub mod study_documents;
pub mod timers;
pub mod transitions;
pub mod withdrawals;

use coffer_bus::BusError;
use coffer_store::SealError;
use sqlx::migrate::Migrator;
use thiserror::Error;

/// The tables of this service.
pub static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// Why the database did not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database refused or is out of reach.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
    /// A sealed column could not be opened or made.
    #[error("a sealed column failed")]
    Seal(#[from] SealError),
    /// A message could not be put into the outbox.
    #[error("the outbox failed")]
    Outbox(#[from] BusError),
    /// A request cannot take this step: the code, not the data, is wrong.
    #[error("a request that is {from} cannot become {to}")]
    Transition {
        /// Where it stands.
        from: &'static str,
        /// Where it was to go.
        to: &'static str,
    },
    /// A column holds a text that this version does not know.
    #[error("a column holds an unknown word: {0}")]
    Unknown(&'static str),
}

/// What every function of the store returns.
pub type Result<T> = std::result::Result<T, StoreError>;
