//! One execution: prepared, run at the first poll, decoded row by row.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use coffer_query_gate::{Admitted, Purpose};
use futures::stream::{Stream, StreamExt as _};
use sqlx::postgres::{PgColumn, PgConnection, PgRow, PgStatement, PgTypeInfo};
use sqlx::{AssertSqlSafe, Column as _, Connection as _, Executor as _, Row as _, SqlSafeStr as _};
use sqlx::{Statement as _, ValueRef as _};

use super::bind::Bound;
use super::decode::Reading;
use super::wrap::{Described, wrapped};
use super::{PostgreSql, failure};
use crate::cell::Cell;
use crate::columns::Columns;
use crate::database::{Execution, Limits};
use crate::deadline::{Deadline, GRACE};
use crate::error::{ExecutionError, unbindable};
use crate::guard::SessionGuard;

pub(super) async fn execute(
    database: &PostgreSql,
    query: &Admitted,
    limits: &Limits,
) -> Result<Execution, ExecutionError> {
    let bound = Bound::new(query.values()).map_err(|_| unbindable())?;
    let (mut connection, backend) = database.connect(limits).await?;
    let mut guard = SessionGuard::new(Arc::new(database.clone()), backend.clone());
    let prepared = prepare(&mut connection, query, &bound.types, limits.cell_bytes).await;
    let prepared = prepared.map_err(|error| failure::of_query(&error, false));
    let (statement, described) = guard.told(prepared)?;
    let kinds = described.iter().map(|column| (column.name.as_str(), column.reading().kind()));
    let columns = Columns::new(kinds, limits.cell_bytes);
    let schema = columns.schema();
    let readings = described.iter().map(Described::reading).collect();
    let decoder = Decoder { readings, columns, text: String::new() };
    let run = UnderWay { guard, connection, statement, bound, decoder, run_time: limits.run_time };
    Ok(Execution { backend, schema, batches: run.batches().boxed() })
}

/// Prepares the query, and prepares it again inside the one that casts and cuts if that is needed.
async fn prepare(
    connection: &mut PgConnection,
    query: &Admitted,
    types: &[PgTypeInfo],
    cell_bytes: usize,
) -> Result<(PgStatement, Vec<Described>), sqlx::Error> {
    let sql = query.text();
    let statement = connection.prepare_with(AssertSqlSafe(sql).into_sql_str(), types).await?;
    let described: Vec<_> = statement.columns().iter().map(describe).collect();
    // EXPLAIN cannot stand inside another query, and its lines are text.
    let outer = match query.purpose() {
        Purpose::Explain => None,
        Purpose::Rows | Purpose::Count => wrapped(sql, &described, cell_bytes),
    };
    let statement = match outer {
        Some(outer) => connection.prepare_with(AssertSqlSafe(outer).into_sql_str(), types).await?,
        None => statement,
    };
    Ok((statement, described))
}

fn describe(column: &PgColumn) -> Described {
    // Only types that a program declares by name have no number; none comes from a server.
    let oid = column.type_info().oid().map_or(0, |oid| oid.0);
    Described { name: column.name().to_owned(), oid }
}

/// An execution under way.
struct UnderWay {
    guard: SessionGuard,
    connection: PgConnection,
    statement: PgStatement,
    bound: Bound,
    decoder: Decoder,
    run_time: Duration,
}

impl UnderWay {
    fn batches(self) -> impl Stream<Item = Result<RecordBatch, ExecutionError>> {
        let Self { mut guard, mut connection, statement, bound, mut decoder, run_time } = self;
        async_stream::try_stream! {
            guard.end_after(run_time + GRACE);
            let mut deadline = Deadline::start(run_time);
            let mut rows = statement.query_with(bound.arguments).fetch(&mut connection);
            while let Some(row) = guard.told(deadline.next(&mut rows, failure::of_query).await)? {
                decoder.take(&row)?;
                if decoder.columns.is_full() {
                    yield decoder.columns.batch()?;
                }
            }
            drop(rows);
            if !decoder.columns.is_empty() {
                yield decoder.columns.batch()?;
            }
            if connection.close().await.is_ok() {
                guard.disarm();
            }
        }
    }
}

/// Makes columns of rows.
struct Decoder {
    readings: Vec<Reading>,
    columns: Columns,
    /// Room for a value on its way.
    text: String,
}

impl Decoder {
    fn take(&mut self, row: &PgRow) -> Result<(), ExecutionError> {
        for (position, reading) in self.readings.iter().enumerate() {
            let value = row.try_get_raw(position).map_err(|_| self.columns.misread(position))?;
            let cell = if value.is_null() {
                Some(Cell::Null)
            } else {
                value.as_bytes().ok().and_then(|bytes| reading.cell(bytes, &mut self.text))
            };
            let cell = cell.ok_or_else(|| self.columns.misread(position))?;
            self.columns.push(position, cell)?;
        }
        self.columns.end_row();
        Ok(())
    }
}
