//! Sessions with their settings, and how to find them again.

use std::time::Duration;

use coffer_query_gate::Dialect;
use tiberius::{Client, Config};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_util::compat::{Compat, TokioAsyncWriteCompatExt as _};

use super::{SqlServer, failure};
use crate::backend::Backend;
use crate::error::ExecutionError;

/// A connection.
pub(super) type Connection = Client<Compat<TcpStream>>;

const CONNECT_TIME: Duration = Duration::from_secs(5);
const SHORT_LOCK_TIME: Duration = Duration::from_secs(2);

const IDENTIFY: &str = "
    SELECT CAST(session_id AS bigint), CONVERT(varchar(30), login_time, 126)
      FROM sys.dm_exec_sessions
     WHERE session_id = @@SPID";

/// What all our connections have. `readonly` asks an availability group for its copy.
pub(super) fn configure(config: &mut Config) {
    config.application_name("coffer-research-query");
    config.readonly(true);
}

impl SqlServer {
    /// A session for a query, and how to find it again.
    pub(super) async fn connect(&self, lock_time: Duration) -> Result<(Connection, Backend), ExecutionError> {
        timeout(CONNECT_TIME, Box::pin(self.connected(lock_time)))
            .await
            .map_err(|_| ExecutionError::Unreachable)?
            .map_err(|error| failure::of_connecting(&error))
    }

    /// A session for questions of our own.
    pub(super) async fn connect_shortly(&self) -> Result<Connection, ExecutionError> {
        Ok(self.connect(SHORT_LOCK_TIME).await?.0)
    }

    async fn connected(&self, lock_time: Duration) -> Result<(Connection, Backend), tiberius::error::Error> {
        let stream = TcpStream::connect(self.config.get_addr()).await?;
        stream.set_nodelay(true)?;
        let connecting = Client::connect(self.config.clone(), stream.compat_write());
        let mut client = Box::pin(connecting).await?;
        client.simple_query(settings(lock_time)).await?.into_results().await?;
        let row = client.simple_query(IDENTIFY).await?.into_row().await?;
        let number = row.as_ref().and_then(|row| row.get::<i64, _>(0)).unwrap_or_default();
        let started = row.as_ref().and_then(|row| row.get::<&str, _>(1)).unwrap_or_default();
        Ok((client, Backend::new(Dialect::SqlServer, number.unsigned_abs(), started)))
    }
}

/// A batch of its own, since settings inside a parametrised statement end with it. The transaction is never
/// committed.
fn settings(lock_time: Duration) -> String {
    let lock_time = lock_time.as_millis().clamp(1, 2_147_483_647);
    format!(
        "SET LOCK_TIMEOUT {lock_time}; SET LANGUAGE us_english; SET DATEFORMAT ymd; SET XACT_ABORT ON; \
         SET TRANSACTION ISOLATION LEVEL READ COMMITTED; BEGIN TRANSACTION;"
    )
}
