//! A database with its gate, and results as text.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    Date32Type, Float64Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};
use arrow_array::{Array as _, RecordBatch};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use coffer_query_gate::{Admitted, Gate, Parameter, Purpose};
use coffer_research_databases::{DatabaseAddress, Execution, ExecutionError, Limits, ResearchDatabase, open};
use coffer_results::ColumnKind;
use coffer_runtime::Secret;
use futures::TryStreamExt as _;

pub(crate) const LIMITS: Limits =
    Limits { run_time: Duration::from_secs(30), lock_time: Duration::from_secs(2), cell_bytes: 1 << 20 };

/// A database as research-query sees it.
pub(crate) struct Research {
    pub(crate) database: Arc<dyn ResearchDatabase>,
    gate: Gate,
}

/// What a query gave.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) schema: SchemaRef,
    pub(crate) batch: RecordBatch,
    pub(crate) batches: usize,
}

impl Research {
    pub(crate) fn at(url: &str, schemas: &[&str]) -> Self {
        let schemas: Vec<String> = schemas.iter().map(|schema| (*schema).to_owned()).collect();
        let address = DatabaseAddress::parse(&Secret::from(url)).unwrap();
        let database = open(address, &schemas, None);
        let gate = Gate::new(database.dialect(), &schemas);
        Self { database, gate }
    }

    /// One that knows a query for the version of its data.
    pub(crate) fn versioned(url: &str, query: &str) -> Arc<dyn ResearchDatabase> {
        let address = DatabaseAddress::parse(&Secret::from(url)).unwrap();
        open(address, &["public".to_owned()], Some(query))
    }

    pub(crate) fn admit(&self, purpose: Purpose, sql: &str, parameters: &[Parameter]) -> Admitted {
        self.gate.admit(purpose, sql, parameters).unwrap_or_else(|refused| panic!("{sql}: {refused:?}"))
    }

    pub(crate) async fn start(&self, sql: &str, limits: &Limits) -> Result<Execution, ExecutionError> {
        self.database.execute(&self.admit(Purpose::Rows, sql, &[]), limits).await
    }

    pub(crate) async fn rows(&self, sql: &str) -> Result<Rows, ExecutionError> {
        self.rows_within(sql, &LIMITS).await
    }

    pub(crate) async fn rows_within(&self, sql: &str, limits: &Limits) -> Result<Rows, ExecutionError> {
        collect(self.start(sql, limits).await?).await
    }

    pub(crate) async fn rows_with(
        &self,
        sql: &str,
        parameters: &[Parameter],
    ) -> Result<Rows, ExecutionError> {
        let query = self.admit(Purpose::Rows, sql, parameters);
        collect(self.database.execute(&query, &LIMITS).await?).await
    }

    pub(crate) async fn purpose(&self, purpose: Purpose, sql: &str) -> Rows {
        let query = self.admit(purpose, sql, &[]);
        collect(self.database.execute(&query, &LIMITS).await.unwrap()).await.unwrap()
    }
}

pub(crate) async fn collect(execution: Execution) -> Result<Rows, ExecutionError> {
    let schema = execution.schema;
    let batches: Vec<RecordBatch> = execution.batches.try_collect().await?;
    let batch = concat_batches(&schema, &batches).unwrap();
    Ok(Rows { schema, batch, batches: batches.len() })
}

impl Rows {
    /// The only row, or the first.
    pub(crate) fn row(&self) -> Vec<Option<String>> {
        (0..self.batch.num_columns()).map(|column| cell(&self.batch, column, 0)).collect()
    }

    /// A column from top to bottom.
    pub(crate) fn column(&self, column: usize) -> Vec<Option<String>> {
        (0..self.batch.num_rows()).map(|row| cell(&self.batch, column, row)).collect()
    }

    pub(crate) fn kinds(&self) -> Vec<ColumnKind> {
        self.schema.fields().iter().map(|field| ColumnKind::of(field)).collect()
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.schema.fields().iter().map(|field| field.name().as_str()).collect()
    }
}

/// A cell as text; `None` is NULL. Days and moments that no calendar has are numbers.
fn cell(batch: &RecordBatch, column: usize, row: usize) -> Option<String> {
    let array = batch.column(column);
    if array.is_null(row) {
        return None;
    }
    let field = batch.schema().field(column).clone();
    Some(match ColumnKind::of(&field) {
        ColumnKind::Boolean => array.as_boolean().value(row).to_string(),
        ColumnKind::Integer => array.as_primitive::<Int64Type>().value(row).to_string(),
        ColumnKind::Number => format!("{:?}", array.as_primitive::<Float64Type>().value(row)),
        ColumnKind::Decimal | ColumnKind::Text => array.as_string::<i32>().value(row).to_owned(),
        ColumnKind::Date => {
            let array = array.as_primitive::<Date32Type>();
            array.value_as_date(row).map_or_else(|| array.value(row).to_string(), |date| date.to_string())
        }
        ColumnKind::Time => {
            let array = array.as_primitive::<Time64MicrosecondType>();
            array.value_as_time(row).map_or_else(|| array.value(row).to_string(), |time| time.to_string())
        }
        ColumnKind::Timestamp | ColumnKind::TimestampTz => {
            let array = array.as_primitive::<TimestampMicrosecondType>();
            array.value_as_datetime(row).map_or_else(|| array.value(row).to_string(), |time| time.to_string())
        }
        ColumnKind::Binary => format!("{:02x?}", array.as_binary::<i32>().value(row)),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "what a cell is compared with")]
pub(crate) fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Waits until `done` says so, and gives the time that took.
///
/// # Panics
/// After 10 s.
pub(crate) async fn until(what: &str, done: impl AsyncFn() -> bool) -> Duration {
    let start = Instant::now();
    while !done().await {
        assert!(start.elapsed() < Duration::from_secs(10), "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    start.elapsed()
}
