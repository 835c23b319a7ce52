//! Doors to databases that others own: the clinical source and the identity map.

pub mod clinical_source;
pub mod clinical_sql;
pub mod identity_map;

use std::time::Duration;

use coffer_runtime::Secret;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use thiserror::Error;

use crate::config::ConnectionSettings;

/// Why a look-up gave no answer. None of the texts tells whom it was about.
#[derive(Debug, Error)]
pub enum LookupError {
    /// The other side is out of reach or too slow: try again later.
    #[error("{0} cannot be reached")]
    Down(&'static str, #[source] sqlx::Error),
    /// The other side answered, but not as its contract says: somebody has to mend the data.
    #[error("{source_name} broke its contract: {what}")]
    Malformed {
        /// Which source.
        source_name: &'static str,
        /// Which column or rule.
        what: String,
    },
}

impl LookupError {
    /// Sorts a database error: a missing view or a wrong type is a broken contract, all else passes by itself.
    pub(crate) fn from_sql(source_name: &'static str, error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::ColumnNotFound(_) | sqlx::Error::ColumnDecode { .. } => {
                Self::Malformed { source_name, what: error.to_string() }
            }
            sqlx::Error::Database(database) if database.code().is_some_and(|code| code.starts_with("42")) => {
                Self::Malformed { source_name, what: database.message().to_owned() }
            }
            _ => Self::Down(source_name, error),
        }
    }
}

/// A pool that connects when first used, reads only, and gives up in time.
pub(crate) fn connect(settings: &ConnectionSettings) -> Result<PgPool, sqlx::Error> {
    let timeout = Duration::from_millis(settings.timeout_ms);
    let options: PgConnectOptions = Secret::expose(&settings.url).parse()?;
    let options = options.application_name("coffer-consent").options([
        ("default_transaction_read_only", "on".to_owned()),
        ("statement_timeout", settings.timeout_ms.to_string()),
    ]);
    Ok(PgPoolOptions::new()
        .max_connections(settings.max_connections)
        .acquire_timeout(timeout)
        .connect_lazy_with(options))
}
