//! Connections that can only read, by the server's own word.

use std::str::FromStr;
use std::time::Duration;

use coffer_runtime::Secret;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// The database itself refuses writing and long work on these connections.
const SESSION: [(&str, &str); 3] =
    [("default_transaction_read_only", "on"), ("statement_timeout", "30s"), ("lock_timeout", "2s")];
const PATIENCE: Duration = Duration::from_secs(5);
/// Readings of the structure are rare and short.
const CONNECTIONS: u32 = 2;

/// Whether the text is an address that [`connect`] understands.
pub(crate) fn is_postgres_url(url: &Secret) -> bool {
    options(url).is_ok()
}

/// A pool that connects when first used, so that a database may be down at the start.
pub(crate) fn connect(url: &Secret) -> Result<PgPool, sqlx::Error> {
    let options = options(url)?.application_name("coffer-research-query").options(SESSION);
    Ok(PgPoolOptions::new().max_connections(CONNECTIONS).acquire_timeout(PATIENCE).connect_lazy_with(options))
}

fn options(url: &Secret) -> Result<PgConnectOptions, sqlx::Error> {
    let is_postgres = ["postgres://", "postgresql://"].iter().any(|scheme| url.expose().starts_with(scheme));
    if !is_postgres {
        return Err(sqlx::Error::Configuration("not the URL of a PostgreSQL database".into()));
    }
    PgConnectOptions::from_str(url.expose())
}
