//! One execution: described, run at the first poll, decoded row by row.

use std::sync::Arc;
use std::time::Duration;

use arrow_array::RecordBatch;
use coffer_query_gate::{Admitted, Purpose, Value};
use coffer_results::ColumnKind;
use futures::stream::{Stream, StreamExt as _};
use tiberius::{Query, Row};

use super::session::Connection;
use super::{SqlServer, bind, decode, failure};
use crate::columns::Columns;
use crate::database::{Execution, Limits};
use crate::deadline::{Deadline, GRACE};
use crate::error::{ExecutionError, sentence};
use crate::guard::SessionGuard;

/// The columns of a query that is not run.
const DESCRIBE: &str = "
    SELECT COALESCE(name, N''), COALESCE(system_type_name, N''), error_message
      FROM sys.dm_exec_describe_first_result_set(@P1, @P2, 0)
     WHERE COALESCE(is_hidden, 0) = 0
     ORDER BY column_ordinal";

/// With this the server answers with plans and runs nothing.
const PLANS: &str = "SET SHOWPLAN_TEXT ON";

pub(super) async fn execute(
    database: &SqlServer,
    query: &Admitted,
    limits: &Limits,
) -> Result<Execution, ExecutionError> {
    let (mut client, backend) = database.connect(limits.lock_time).await?;
    let mut guard = SessionGuard::new(Arc::new(database.clone()), backend.clone());
    let explains = query.purpose() == Purpose::Explain;
    let described = if explains {
        vec![("plan".to_owned(), ColumnKind::Text)]
    } else {
        guard.told(describe(&mut client, query).await)?
    };
    let kinds = described.iter().map(|(name, kind)| (name.as_str(), *kind));
    let columns = Columns::new(kinds, limits.cell_bytes);
    let schema = columns.schema();
    let run = UnderWay {
        guard,
        client,
        sql: query.text().to_owned(),
        values: query.values().to_vec(),
        explains,
        columns,
        run_time: limits.run_time,
    };
    Ok(Execution { backend, schema, batches: run.batches().boxed() })
}

async fn describe(
    client: &mut Connection,
    query: &Admitted,
) -> Result<Vec<(String, ColumnKind)>, ExecutionError> {
    let declarations = bind::declarations(query.values());
    let mut question = Query::new(DESCRIBE);
    question.bind(query.text());
    question.bind(declarations.as_str());
    let answer = async { question.query(client).await?.into_first_result().await };
    let rows = answer.await.map_err(|error| failure::of_query(&error, false))?;
    rows.iter().map(described).collect()
}

fn described(row: &Row) -> Result<(String, ColumnKind), ExecutionError> {
    if let Some(message) = row.get::<&str, _>(2) {
        return Err(ExecutionError::Sql(sentence(message)));
    }
    let name = row.get::<&str, _>(0).unwrap_or_default();
    let data_type = row.get::<&str, _>(1).unwrap_or_default();
    Ok((name.to_owned(), decode::kind(data_type)))
}

/// An execution under way.
struct UnderWay {
    guard: SessionGuard,
    client: Connection,
    sql: String,
    values: Vec<Value>,
    explains: bool,
    columns: Columns,
    run_time: Duration,
}

impl UnderWay {
    fn batches(self) -> impl Stream<Item = Result<RecordBatch, ExecutionError>> {
        let Self { mut guard, mut client, sql, values, explains, mut columns, run_time } = self;
        async_stream::try_stream! {
            guard.end_after(run_time + GRACE);
            let mut deadline = Deadline::alone(run_time);
            let mut text = String::new();
            let sent = send(&mut client, &sql, &values, explains);
            let mut rows = guard.told(deadline.within(sent, failure::of_query).await)?;
            while let Some(row) = guard.told(deadline.next(&mut rows, failure::of_query).await)? {
                take(&mut columns, &row, &mut text)?;
                if columns.is_full() {
                    yield columns.batch()?;
                }
            }
            drop(rows);
            if !columns.is_empty() {
                yield columns.batch()?;
            }
            if client.close().await.is_ok() {
                guard.disarm();
            }
        }
    }
}

type Rows<'a> = futures::stream::BoxStream<'a, tiberius::Result<Row>>;

async fn send<'a>(
    client: &'a mut Connection,
    sql: &'a str,
    values: &'a [Value],
    explains: bool,
) -> tiberius::Result<Rows<'a>> {
    if !explains {
        return Ok(bind::bound(sql, values).query(client).await?.into_row_stream());
    }
    client.simple_query(PLANS).await?.into_results().await?;
    // A plan needs the types of the placeholders, not their values.
    let declarations = bind::declarations(values);
    let batch = if values.is_empty() { sql.to_owned() } else { format!("DECLARE {declarations}; {sql}") };
    Ok(client.simple_query(batch).await?.into_row_stream())
}

fn take(columns: &mut Columns, row: &Row, text: &mut String) -> Result<(), ExecutionError> {
    // Plans come in several tables of one column; everything else has the columns that were described.
    let width = columns.schema().fields().len();
    for (position, (_, data)) in row.cells().take(width).enumerate() {
        let cell = decode::cell(data, text).ok_or_else(|| columns.misread(position))?;
        columns.push(position, cell)?;
    }
    columns.end_row();
    Ok(())
}
