//! One execution: prepared, run at the first poll, decoded row by row.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use coffer_query_gate::Admitted;
use futures::stream::{Stream, StreamExt as _};
use sqlx::mysql::{MySqlArguments, MySqlConnection, MySqlRow, MySqlStatement};
use sqlx::{AssertSqlSafe, Column as _, Connection as _, Decode, Executor as _, MySql, Row as _};
use sqlx::{SqlSafeStr as _, Statement as _};

use super::decode::Reading;
use super::{MySqlFamily, bind, failure};
use crate::cell::Cell;
use crate::columns::Columns;
use crate::database::{Execution, Limits};
use crate::deadline::{Deadline, GRACE};
use crate::error::{ExecutionError, unbindable};
use crate::guard::SessionGuard;

pub(super) async fn execute(
    database: &MySqlFamily,
    query: &Admitted,
    limits: &Limits,
) -> Result<Execution, ExecutionError> {
    let arguments = bind::arguments(query.values()).map_err(|_| unbindable())?;
    let (mut connection, backend) = database.connect(limits).await?;
    let mut guard = SessionGuard::new(Arc::new(database.clone()), backend.clone());
    let sql = AssertSqlSafe(query.text()).into_sql_str();
    let prepared = connection.prepare(sql).await.map_err(|error| failure::of_query(&error, false));
    let statement = guard.told(prepared)?;
    let kinds =
        statement.columns().iter().map(|column| (column.name(), Reading::of(column.type_info()).kind()));
    let columns = Columns::new(kinds, limits.cell_bytes);
    let schema = columns.schema();
    let decoder = Decoder { readings: Vec::new(), columns, text: String::new() };
    let run = UnderWay { guard, connection, statement, arguments, decoder, run_time: limits.run_time };
    Ok(Execution { backend, schema, batches: run.batches().boxed() })
}

/// An execution under way.
struct UnderWay {
    guard: SessionGuard,
    connection: MySqlConnection,
    statement: MySqlStatement,
    arguments: MySqlArguments,
    decoder: Decoder,
    run_time: Duration,
}

impl UnderWay {
    fn batches(self) -> impl Stream<Item = Result<RecordBatch, ExecutionError>> {
        let Self { mut guard, mut connection, statement, arguments, mut decoder, run_time } = self;
        async_stream::try_stream! {
            guard.end_after(run_time + GRACE);
            let mut deadline = Deadline::start(run_time);
            let mut rows = statement.query_with(arguments).fetch(&mut connection);
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
    /// By the types that come with the rows: they may differ from those of the preparation.
    readings: Vec<Reading>,
    columns: Columns,
    /// Room for a value on its way.
    text: String,
}

impl Decoder {
    fn take(&mut self, row: &MySqlRow) -> Result<(), ExecutionError> {
        if self.readings.is_empty() {
            self.readings = row.columns().iter().map(|column| Reading::of(column.type_info())).collect();
        }
        for (position, reading) in self.readings.iter().enumerate() {
            let value = row.try_get_raw(position).map_err(|_| self.columns.misread(position))?;
            let cell = match <Option<&[u8]> as Decode<MySql>>::decode(value) {
                Ok(None) => Some(Cell::Null),
                Ok(Some(bytes)) => reading.cell(bytes, &mut self.text),
                Err(_) => None,
            };
            let cell = cell.ok_or_else(|| self.columns.misread(position))?;
            self.columns.push(position, cell)?;
        }
        self.columns.end_row();
        Ok(())
    }
}
