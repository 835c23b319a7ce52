//! The end of a session, as the server's own list of sessions has it.

use std::time::Duration;

use tiberius::Query;
use tokio::time::{sleep, timeout};

use super::session::Connection;
use super::{SqlServer, failure};
use crate::backend::Backend;
use crate::error::ExecutionError;

/// The whole of it.
const END_TIME: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(25);

/// The second column says whether we see sessions other than our own.
const LISTED: &str = "
    SELECT CAST(count(*) AS bigint), CAST(HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE') AS bigint)
      FROM sys.dm_exec_sessions
     WHERE session_id = @P1 AND CONVERT(varchar(30), login_time, 126) = @P2";

/// Kills the session, and returns when it is gone. There is no way to end its query alone from outside.
pub(super) async fn end(database: &SqlServer, backend: &Backend) -> Result<(), ExecutionError> {
    timeout(END_TIME, Box::pin(ended(database, backend))).await.map_err(|_| ExecutionError::Lost)?
}

async fn ended(database: &SqlServer, backend: &Backend) -> Result<(), ExecutionError> {
    let mut client = database.connect_shortly().await?;
    if !is_running(&mut client, backend).await? {
        return Ok(());
    }
    // KILL is refused inside a transaction.
    let kill = format!("ROLLBACK; KILL {}", backend.number());
    let answer = async { client.simple_query(kill).await?.into_results().await };
    answer.await.map_err(|error| failure::of_connecting(&error))?;
    while is_running(&mut client, backend).await? {
        sleep(PAUSE).await;
    }
    Ok(())
}

/// Whether the list has the session. An account that sees its own session alone cannot tell.
pub(super) async fn is_running(client: &mut Connection, backend: &Backend) -> Result<bool, ExecutionError> {
    let mut query = Query::new(LISTED);
    query.bind(i64::try_from(backend.number()).unwrap_or(-1));
    query.bind(backend.started());
    let answer = async { query.query(client).await?.into_row().await };
    let row = answer.await.map_err(|error| failure::of_connecting(&error))?.ok_or(ExecutionError::Lost)?;
    match (row.get::<i64, _>(0), row.get::<i64, _>(1)) {
        (Some(1..), _) => Ok(true),
        (_, Some(1)) => Ok(false),
        _ => Err(ExecutionError::Lost),
    }
}
