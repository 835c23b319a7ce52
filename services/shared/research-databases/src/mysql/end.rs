//! The end of a session, as the server's own list of processes has it.

use std::time::Duration;

use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Executor as _};
use tokio::time::{Instant, sleep, timeout};

use super::session::lock;
use super::{MySqlFamily, failure};
use crate::backend::Backend;
use crate::error::ExecutionError;

/// The whole of it.
const END_TIME: Duration = Duration::from_secs(2);
/// How long a session may take to notice a request before its connection is cut: one that is blocked while
/// sending does not notice.
const POLITE: Duration = Duration::from_millis(400);
const PAUSE: Duration = Duration::from_millis(25);
/// There is no such session any more.
const NO_SUCH_SESSION: u16 = 1094;

const LISTED: &str = "
    select count(*) from information_schema.processlist where id = ? and is_used_lock(?) = id";

/// Kills the query, then the connection, and returns when the session is gone.
pub(super) async fn end(database: &MySqlFamily, backend: &Backend) -> Result<(), ExecutionError> {
    timeout(END_TIME, ended(database, backend)).await.map_err(|_| ExecutionError::Lost)?
}

async fn ended(database: &MySqlFamily, backend: &Backend) -> Result<(), ExecutionError> {
    let mut connection = database.connect_shortly().await?;
    if !is_running(&mut connection, backend).await? {
        return Ok(());
    }
    kill(&mut connection, "query", backend).await?;
    let patience = Instant::now() + POLITE;
    while Instant::now() < patience {
        sleep(PAUSE).await;
        if !is_running(&mut connection, backend).await? {
            return Ok(());
        }
    }
    kill(&mut connection, "connection", backend).await?;
    while is_running(&mut connection, backend).await? {
        sleep(PAUSE).await;
    }
    Ok(())
}

/// Whether the list has the session.
pub(super) async fn is_running(
    connection: &mut MySqlConnection,
    backend: &Backend,
) -> Result<bool, ExecutionError> {
    let query = sqlx::query_scalar(LISTED).bind(backend.number()).bind(lock(backend));
    let listed: i64 = query.fetch_one(connection).await.map_err(|error| failure::of_connecting(&error))?;
    Ok(listed > 0)
}

async fn kill(connection: &mut MySqlConnection, what: &str, backend: &Backend) -> Result<(), ExecutionError> {
    let statement = sqlx::raw_sql(AssertSqlSafe(format!("kill {what} {}", backend.number())));
    match connection.execute(statement).await {
        Err(error) if failure::number(&error) != Some(NO_SUCH_SESSION) => Err(failure::of_connecting(&error)),
        _ => Ok(()),
    }
}
