//! Sessions that can only read and that end by themselves, by the server's own word.

use std::time::Duration;

use coffer_query_gate::Dialect;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Executor as _};
use tokio::time::timeout;
use uuid::Uuid;

use super::{MySqlFamily, failure};
use crate::backend::Backend;
use crate::database::Limits;
use crate::error::ExecutionError;

const CONNECT_TIME: Duration = Duration::from_secs(5);
/// For reading the structure and for asking who runs.
const SHORT: Limits =
    Limits { run_time: Duration::from_secs(30), lock_time: Duration::from_secs(2), cell_bytes: 1 << 20 };
/// Seconds between the preparation of a query and the first poll.
const IDLE: u64 = 120;

/// How the server reads SQL: as the gate does. Double quotes are text, a backslash escapes, `||` is OR.
const SQL_MODE: &str = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";

/// What all our connections have. Statements may hold values and stay out of the log.
pub(super) fn configured(options: MySqlConnectOptions, schemas: &[String]) -> MySqlConnectOptions {
    let options = options
        .charset("utf8mb4")
        .timezone("+00:00".to_owned())
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .disable_statement_logging();
    match (options.get_database(), schemas.first()) {
        (None, Some(first)) => options.database(first),
        _ => options,
    }
}

impl MySqlFamily {
    /// A session for a query, and how to find it again.
    pub(super) async fn connect(
        &self,
        limits: &Limits,
    ) -> Result<(MySqlConnection, Backend), ExecutionError> {
        timeout(CONNECT_TIME, self.connected(limits)).await.map_err(|_| ExecutionError::Unreachable)?
    }

    /// A session for questions of our own.
    pub(super) async fn connect_shortly(&self) -> Result<MySqlConnection, ExecutionError> {
        Ok(self.connect(&SHORT).await?.0)
    }

    async fn connected(&self, limits: &Limits) -> Result<(MySqlConnection, Backend), ExecutionError> {
        let mut connection = self.options.connect().await.map_err(|error| failure::of_connecting(&error))?;
        let backend =
            configure(&mut connection, limits).await.map_err(|error| failure::of_connecting(&error))?;
        Ok((connection, backend))
    }
}

async fn configure(connection: &mut MySqlConnection, limits: &Limits) -> Result<Backend, sqlx::Error> {
    let (number, version): (u64, String) =
        sqlx::query_as("select connection_id(), version()").fetch_one(&mut *connection).await?;
    let backend = Backend::new(Dialect::MySql, number, &Uuid::new_v4().simple().to_string());
    connection.execute(AssertSqlSafe(settings(limits, version.contains("MariaDB")))).await?;
    connection.execute("set session transaction read only").await?;
    sqlx::query("select get_lock(?, 0)").bind(lock(&backend)).execute(&mut *connection).await?;
    // Not by a prepared statement, which older servers refuse here.
    connection.execute(sqlx::raw_sql("start transaction read only")).await?;
    Ok(backend)
}

/// The name of a lock that the session holds until it ends. Numbers of sessions begin anew when the server
/// does; who holds this lock is the session that we mean.
pub(super) fn lock(backend: &Backend) -> String {
    format!("coffer_{}", backend.started())
}

fn settings(limits: &Limits, is_mariadb: bool) -> String {
    let run_time = if is_mariadb {
        format!("max_statement_time = {:.3}", limits.run_time.as_secs_f64().max(0.001))
    } else {
        format!("max_execution_time = {}", limits.run_time.as_millis().clamp(1, u32::MAX.into()))
    };
    // The server counts in whole seconds here.
    let lock_time = limits.lock_time.as_millis().div_ceil(1000).clamp(1, 31_536_000);
    format!(
        "set session sql_mode = '{SQL_MODE}', {run_time}, lock_wait_timeout = {lock_time}, \
         innodb_lock_wait_timeout = {lock_time}, wait_timeout = {IDLE}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_make_has_its_own_time_limit() {
        let limits = Limits {
            run_time: Duration::from_millis(1500),
            lock_time: Duration::from_millis(1),
            cell_bytes: 1,
        };
        assert!(settings(&limits, true).contains("max_statement_time = 1.500, lock_wait_timeout = 1,"));
        assert!(settings(&limits, false).contains("max_execution_time = 1500, lock_wait_timeout = 1,"));
    }
}
