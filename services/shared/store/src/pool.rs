//! The pool of connections, and the migrations that run before it is used.

use std::str::FromStr;
use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, Executor, PgPool};
use thiserror::Error;

use crate::DatabaseSettings;

const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];
/// No statement of a service may run longer; research queries have pools of their own.
const STATEMENT_TIMEOUT: &str = "15s";
/// Nor wait longer for a lock.
const LOCK_TIMEOUT: &str = "10s";

/// Migrations may take long, and a replica waits for the one that began first.
const PATIENCE: &str = "SET statement_timeout = 0; SET lock_timeout = '10min'";

/// Why the database cannot be used.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The URL is missing or not one of PostgreSQL. It is not repeated, since it holds a password.
    #[error("database.url is not a PostgreSQL URL")]
    Url,
    /// The server does not answer, or refuses.
    #[error("the database cannot be reached")]
    Unreachable(#[source] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the migrations failed")]
    Migration(#[from] MigrateError),
}

/// Opens the pool. Connections are made when needed, so a database that is down does not stop the start.
///
/// # Errors
/// The URL cannot be understood.
pub async fn connect(settings: &DatabaseSettings, application: &str) -> Result<PgPool, StoreError> {
    let url = settings.url.expose();
    if !SCHEMES.iter().any(|scheme| url.starts_with(scheme)) {
        return Err(StoreError::Url); // sqlx takes any scheme
    }
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| StoreError::Url)?
        .application_name(application)
        .options([("statement_timeout", STATEMENT_TIMEOUT), ("lock_timeout", LOCK_TIMEOUT)]);
    Ok(PgPoolOptions::new()
        .max_connections(settings.max_connections)
        .acquire_timeout(Duration::from_millis(settings.acquire_timeout_ms))
        .connect_lazy_with(options))
}

/// Brings the messaging tables and then the service's own up to date. Replicas that start together wait
/// for each other.
///
/// # Errors
/// The database cannot be reached, or a migration differs from the one that ran before.
pub async fn migrate(pool: &PgPool, service: &Migrator) -> Result<(), StoreError> {
    // A session of its own, without the limits of everyday statements: closing it also gives the lock back.
    let mut session = pool.acquire().await.map_err(StoreError::Unreachable)?.detach();
    session.execute(PATIENCE).await.map_err(StoreError::Unreachable)?;
    let mut messaging = sqlx::migrate!("./migrations");
    messaging.dangerous_set_table_name("_coffer_messaging_migrations");
    messaging.run_direct(None, &mut session, false).await?; // `run` would make the future not `Send`
    service.run_direct(None, &mut session, false).await?;
    session.close().await.map_err(StoreError::Unreachable)
}

/// A part of `/readyz`: the database answers.
pub fn health(pool: &PgPool) -> impl Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync + 'static {
    let pool = pool.clone();
    move || {
        let pool = pool.clone();
        Box::pin(async move {
            let answer: Result<i32, sqlx::Error> = sqlx::query_scalar("SELECT 1").fetch_one(&pool).await;
            answer.map(drop).map_err(|_| "the database does not answer".to_owned())
        })
    }
}
