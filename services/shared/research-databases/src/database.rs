//! The trait that every make of database fulfils.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use async_trait::async_trait;
use coffer_query_gate::{Admitted, Dialect};
use futures::stream::BoxStream;

use crate::address::{Address, DatabaseAddress};
use crate::backend::Backend;
use crate::error::{ExecutionError, Problem};
use crate::mysql::MySqlFamily;
use crate::postgres::PostgreSql;
use crate::sqlserver::SqlServer;

/// A column, with the table that it belongs to: one line of what a database tells of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnLine {
    /// The table's schema; what MySQL calls a database.
    pub schema: String,
    /// The table or view.
    pub table: String,
    /// What the database says about the table; empty when nothing.
    pub table_comment: String,
    /// The database's estimate of its rows; -1 when it has none.
    pub rows: i64,
    /// The column.
    pub name: String,
    /// Its type in the database's words.
    pub data_type: String,
    /// Whether it may hold NULL.
    pub nullable: bool,
    /// What the database says about it; empty when nothing.
    pub comment: String,
    /// Whether it leads an index, so that searching by it is fast.
    pub indexed: bool,
    /// Whether a full-text index covers it.
    pub full_text: bool,
}

/// What one execution may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the first poll to the last row, waiting for the reader included.
    pub run_time: Duration,
    /// For one lock that another session holds.
    pub lock_time: Duration,
    /// For a single value.
    pub cell_bytes: usize,
}

/// An execution that is prepared. Nothing runs in the database before the first poll of `batches`;
/// dropping them early ends the session.
pub struct Execution {
    /// The session that executes.
    pub backend: Backend,
    /// The columns, known even when no row comes.
    pub schema: SchemaRef,
    /// Rows, up to 8,192 or about 4 MB at a time; after an error nothing follows.
    pub batches: BoxStream<'static, Result<RecordBatch, ExecutionError>>,
}

/// A database with records for research, which nobody here can change.
#[async_trait]
pub trait ResearchDatabase: Send + Sync {
    /// Its language.
    fn dialect(&self) -> Dialect;

    /// The columns that our account may read in the permitted schemas, ordered by schema, table and position.
    async fn structure(&self) -> Result<Vec<ColumnLine>, Problem>;

    /// What our account may do beyond reading the permitted schemas, as a sentence for the administrator.
    async fn warning(&self) -> Result<Option<String>, Problem>;

    /// Which state of the data this is, by the site's own query.
    async fn data_version(&self) -> Result<Option<String>, Problem>;

    /// Connects and prepares; the query runs when the batches are polled.
    async fn execute(&self, query: &Admitted, limits: &Limits) -> Result<Execution, ExecutionError>;

    /// Ends a session within 2 seconds: asks it to stop its query, then to go. One that is gone is no error.
    async fn end(&self, backend: &Backend) -> Result<(), ExecutionError>;

    /// Whether the database still lists the session.
    async fn is_running(&self, backend: &Backend) -> Result<bool, ExecutionError>;
}

/// A database behind the trait. Connects when first used, so it may be down now.
///
/// `schemas` are the ones that researchers may name; `version_query` gives one value, and a new one whenever
/// the data was refreshed.
pub fn open(
    address: DatabaseAddress,
    schemas: &[String],
    version_query: Option<&str>,
) -> Arc<dyn ResearchDatabase> {
    match address.0 {
        Address::PostgreSql(options) => Arc::new(PostgreSql::new(*options, schemas, version_query)),
        Address::SqlServer(config) => Arc::new(SqlServer::new(*config, schemas, version_query)),
        Address::MySql(options) => Arc::new(MySqlFamily::new(*options, schemas, version_query)),
    }
}
