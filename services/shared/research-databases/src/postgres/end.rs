//! The end of a session, as the database's own list of processes has it.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use tokio::time::{Instant, sleep, timeout};

use super::{PostgreSql, failure};
use crate::backend::Backend;
use crate::error::ExecutionError;

/// The whole of it.
const END_TIME: Duration = Duration::from_secs(2);
/// How long a session may take to notice a request before it is terminated: one that is blocked while sending
/// does not notice.
const POLITE: Duration = Duration::from_millis(400);
const PAUSE: Duration = Duration::from_millis(25);

const LISTED: &str = "
    select exists (
        select from pg_stat_activity
         where pid = $1 and to_char(backend_start at time zone 'UTC', 'YYYYMMDDHH24MISSUS') = $2)";
const CANCEL: &str = "
    select count(pg_cancel_backend(pid)) from pg_stat_activity
     where pid = $1 and to_char(backend_start at time zone 'UTC', 'YYYYMMDDHH24MISSUS') = $2";
const TERMINATE: &str = "
    select count(pg_terminate_backend(pid)) from pg_stat_activity
     where pid = $1 and to_char(backend_start at time zone 'UTC', 'YYYYMMDDHH24MISSUS') = $2";

/// Cancels, then terminates, and returns when the session is gone.
pub(super) async fn end(database: &PostgreSql, backend: &Backend) -> Result<(), ExecutionError> {
    timeout(END_TIME, ended(database, backend)).await.map_err(|_| ExecutionError::Lost)?
}

async fn ended(database: &PostgreSql, backend: &Backend) -> Result<(), ExecutionError> {
    let mut connection = database.connect_shortly().await?;
    ask(&mut connection, CANCEL, backend).await?;
    let patience = Instant::now() + POLITE;
    while Instant::now() < patience {
        if !is_running(&mut connection, backend).await? {
            return Ok(());
        }
        sleep(PAUSE).await;
    }
    ask(&mut connection, TERMINATE, backend).await?;
    while is_running(&mut connection, backend).await? {
        sleep(PAUSE).await;
    }
    Ok(())
}

/// Whether the list has the session.
pub(super) async fn is_running(
    connection: &mut PgConnection,
    backend: &Backend,
) -> Result<bool, ExecutionError> {
    // The statistics of a transaction are a snapshot unless told otherwise.
    sqlx::query("select pg_stat_clear_snapshot()")
        .execute(&mut *connection)
        .await
        .map_err(|error| failure::of_connecting(&error))?;
    let query = sqlx::query_scalar(LISTED).bind(number(backend)).bind(backend.started());
    query.fetch_one(connection).await.map_err(|error| failure::of_connecting(&error))
}

async fn ask(
    connection: &mut PgConnection,
    request: &'static str,
    backend: &Backend,
) -> Result<(), ExecutionError> {
    let query = sqlx::query(request).bind(number(backend)).bind(backend.started());
    query.execute(connection).await.map(drop).map_err(|error| failure::of_connecting(&error))
}

/// A number that no process has, if it is none of PostgreSQL's.
fn number(backend: &Backend) -> i32 {
    i32::try_from(backend.number()).unwrap_or(-1)
}
