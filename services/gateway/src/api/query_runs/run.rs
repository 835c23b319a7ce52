//! Runs and certificates in their JSON form.

use chrono::{DateTime, Utc};
use coffer_proto::query::v1 as contract;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::values::{known, moment};

/// A run in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct QueryRunSummary {
    id: String,
    /// queued, running, done, failed, cancelled, timed_out
    #[schema(examples("done"))]
    state: String,
    database: String,
    /// rows, count, explain
    kind: String,
    /// As written.
    sql: String,
    parameters: Vec<QueryParameter>,
    /// Rows so far, and of the result in the end.
    rows: u64,
    /// Of the stored result.
    bytes: u64,
    /// Runs before this one; none when it is not queued.
    queue_place: Option<u32>,
    queued_at: Option<DateTime<Utc>>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    /// From its start to its end; none before.
    elapsed_ms: Option<i64>,
    /// Why it failed, was cancelled or ended at its time limit.
    problem: Option<String>,
    /// A cancel has been asked for, and the database still works on the query.
    cancelling: bool,
    trace_id: Option<String>,
    saved_query_id: Option<String>,
    /// When the stored result is deleted.
    kept_until: Option<DateTime<Utc>>,
    /// The stored result has been deleted.
    result_gone: bool,
    /// The database's data changed since.
    data_changed: bool,
}

/// A run.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct QueryRun {
    #[serde(flatten)]
    run: QueryRunSummary,
    /// Of the result; empty before it is done.
    columns: Vec<QueryColumn>,
    /// Only after done.
    certificate: Option<Certificate>,
}

/// A bound value.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct QueryParameter {
    name: String,
    /// text, integer, number, boolean, date, timestamp
    #[serde(rename = "type")]
    kind: String,
    /// As text; none: NULL.
    value: Option<String>,
}

/// A column of a result.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct QueryColumn {
    name: String,
    /// boolean, integer, number, decimal, text, date, time, timestamp, timestamp_tz, binary
    #[serde(rename = "type")]
    kind: String,
}

/// What a result is the result of.
#[derive(Debug, Serialize, ToSchema)]
struct Certificate {
    id: String,
    database: String,
    /// What was sent to the database.
    sql: String,
    parameters: Vec<QueryParameter>,
    /// What the database said of its data.
    data_version: Option<String>,
    rows: u64,
    /// Over the values, row by row.
    sha256: String,
    user_name: String,
    executed_at: Option<DateTime<Utc>>,
    trace_id: Option<String>,
    coffer_version: String,
}

impl From<contract::Run> for QueryRunSummary {
    fn from(run: contract::Run) -> Self {
        let (started_at, ended_at) = (moment(run.started_at), moment(run.ended_at));
        let elapsed = started_at.zip(ended_at).map(|(start, end)| (end - start).num_milliseconds());
        Self {
            queue_place: (run.state == "queued").then_some(run.queue_place),
            id: run.id,
            state: run.state,
            database: run.database,
            kind: run.kind,
            sql: run.sql,
            parameters: run.parameters.into_iter().map(QueryParameter::from).collect(),
            rows: run.rows,
            bytes: run.bytes,
            queued_at: moment(run.queued_at),
            started_at,
            ended_at,
            elapsed_ms: elapsed,
            problem: known(run.problem),
            cancelling: run.cancelling,
            trace_id: known(run.trace_id),
            saved_query_id: known(run.saved_query_id),
            kept_until: moment(run.kept_until),
            result_gone: run.result_gone,
            data_changed: run.data_changed,
        }
    }
}

impl From<contract::Run> for QueryRun {
    fn from(mut run: contract::Run) -> Self {
        let columns = std::mem::take(&mut run.columns).into_iter().map(QueryColumn::from).collect();
        let certificate = run.certificate.take().map(Certificate::from);
        Self { run: run.into(), columns, certificate }
    }
}

impl From<contract::Parameter> for QueryParameter {
    fn from(parameter: contract::Parameter) -> Self {
        Self { name: parameter.name, kind: parameter.kind, value: parameter.value }
    }
}

impl From<contract::ResultColumn> for QueryColumn {
    fn from(column: contract::ResultColumn) -> Self {
        Self { name: column.name, kind: column.kind }
    }
}

impl From<contract::Certificate> for Certificate {
    fn from(certificate: contract::Certificate) -> Self {
        Self {
            id: certificate.id,
            database: certificate.database,
            sql: certificate.sql,
            parameters: certificate.parameters.into_iter().map(QueryParameter::from).collect(),
            data_version: known(certificate.data_version),
            rows: certificate.rows,
            sha256: certificate.sha256,
            user_name: certificate.user_name,
            executed_at: moment(certificate.executed_at),
            trace_id: known(certificate.trace_id),
            coffer_version: certificate.coffer_version,
        }
    }
}
