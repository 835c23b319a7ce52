//! Sessions that can only read and that end by themselves, by the server's own word.

use std::time::Duration;

use coffer_query_gate::Dialect;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Executor as _};
use tokio::time::timeout;

use super::{PostgreSql, failure};
use crate::backend::Backend;
use crate::database::Limits;
use crate::error::ExecutionError;

const CONNECT_TIME: Duration = Duration::from_secs(5);
/// For reading the structure and for asking who runs.
const SHORT: Limits =
    Limits { run_time: Duration::from_secs(30), lock_time: Duration::from_secs(2), cell_bytes: 1 << 20 };
/// Between the preparation of a query and the first poll.
const IDLE: Duration = Duration::from_mins(2);

/// The settings of a session, each of a name and a value that a row of this query gives.
const CONFIGURE: &str = "
    select count(set_config(setting.name, setting.value, false))
      from unnest($1::text[], $2::text[]) as setting (name, value)";

/// A client that vanished is noticed within this time; neither old servers nor those on Windows know it.
const NOTICE_LOSS: &str = "set client_connection_check_interval = '2s'";

const IDENTIFY: &str = "
    select pg_backend_pid(), to_char(backend_start at time zone 'UTC', 'YYYYMMDDHH24MISSUS')
      from pg_stat_activity
     where pid = pg_backend_pid()";

/// What all our connections have. Statements may hold values and stay out of the log.
pub(super) fn configured(options: PgConnectOptions) -> PgConnectOptions {
    options.application_name("coffer-research-query").disable_statement_logging()
}

impl PostgreSql {
    /// A session for a query, and how to find it again.
    pub(super) async fn connect(&self, limits: &Limits) -> Result<(PgConnection, Backend), ExecutionError> {
        timeout(CONNECT_TIME, self.connected(limits)).await.map_err(|_| ExecutionError::Unreachable)?
    }

    /// A session for questions of our own.
    pub(super) async fn connect_shortly(&self) -> Result<PgConnection, ExecutionError> {
        Ok(self.connect(&SHORT).await?.0)
    }

    async fn connected(&self, limits: &Limits) -> Result<(PgConnection, Backend), ExecutionError> {
        let mut connection = self.options.connect().await.map_err(|error| failure::of_connecting(&error))?;
        let backend =
            self.configure(&mut connection, limits).await.map_err(|error| failure::of_connecting(&error))?;
        Ok((connection, backend))
    }

    async fn configure(
        &self,
        connection: &mut PgConnection,
        limits: &Limits,
    ) -> Result<Backend, sqlx::Error> {
        let (names, values): (Vec<_>, Vec<_>) = self.settings(limits).into_iter().unzip();
        sqlx::query(CONFIGURE).bind(names).bind(values).execute(&mut *connection).await?;
        connection.execute(NOTICE_LOSS).await.ok();
        let (number, started): (i32, String) = sqlx::query_as(IDENTIFY).fetch_one(&mut *connection).await?;
        connection.execute("begin read only").await?;
        Ok(Backend::new(Dialect::PostgreSql, number.unsigned_abs().into(), &started))
    }

    fn settings(&self, limits: &Limits) -> [(&'static str, String); 11] {
        let fixed = |text: &str| text.to_owned();
        [
            ("default_transaction_read_only", fixed("on")),
            ("statement_timeout", milliseconds(limits.run_time)),
            ("lock_timeout", milliseconds(limits.lock_time)),
            ("idle_in_transaction_session_timeout", milliseconds(IDLE)),
            ("search_path", self.search_path()),
            // Messages to the client would go to our log, and may hold values.
            ("client_min_messages", fixed("error")),
            // The gate reads string literals in this way.
            ("standard_conforming_strings", fixed("on")),
            // The rest decides how the server makes text of values.
            ("timezone", fixed("UTC")),
            ("datestyle", fixed("ISO, YMD")),
            ("intervalstyle", fixed("postgres")),
            ("bytea_output", fixed("hex")),
        ]
    }

    fn search_path(&self) -> String {
        let quoted: Vec<_> =
            self.schemas.iter().map(|schema| format!("\"{}\"", schema.replace('"', "\"\""))).collect();
        quoted.join(", ")
    }
}

/// At least 1, since 0 is no limit at all; at most what the server's 32 bits hold.
fn milliseconds(time: Duration) -> String {
    let milliseconds = i32::try_from(time.as_millis()).unwrap_or(i32::MAX);
    format!("{}ms", milliseconds.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_limit_becomes_none() {
        assert_eq!(milliseconds(Duration::ZERO), "1ms");
        assert_eq!(milliseconds(Duration::from_mins(10)), "600000ms");
        assert_eq!(milliseconds(Duration::MAX), "2147483647ms");
    }

    #[test]
    fn names_of_schemas_are_quoted() {
        let schemas = ["public".to_owned(), "a\"b, c".to_owned()];
        let database = PostgreSql::new(PgConnectOptions::new_without_pgpass(), &schemas, None);
        assert_eq!(database.search_path(), "\"public\", \"a\"\"b, c\"");
    }
}
