//! Runs of research queries: submit, list, follow, cancel. Rows, export and events have files of their own.

pub(super) mod events;
pub(super) mod export;
mod parameters;
pub(super) mod rows;
mod run;
mod view;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use coffer_proto::query::v1::{self as contract, CancelRun, GetRun, ListRuns, SubmitRun};
use coffer_types::RunId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, ApiError, ApiJson, ApiQuery, ApiUser, Slice, idempotency_key};
use crate::app::App;
use crate::web::Id;
use parameters::Parameters;
use run::{QueryRun, QueryRunSummary};

/// What the calls about runs have in common in the OpenAPI document.
pub(super) const TAG: &str = "query runs";

/// A query to run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(super) struct NewQueryRun {
    /// The name of a database of `GET /databases`.
    #[schema(examples("demo"))]
    database: String,
    /// One statement that only reads. Values stand as `:name`.
    #[schema(examples("select * from note where written_on >= :since"))]
    sql: String,
    /// The values of the `:name`s.
    #[serde(default)]
    #[schema(required = false)]
    parameters: Parameters,
    /// rows where left out.
    #[serde(default)]
    #[schema(required = false)]
    kind: Kind,
    /// Whether a result that the caller has of the same query on the same data is welcome too.
    #[serde(default)]
    accept_stored: bool,
}

/// What is wanted of the database.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = QueryKind)]
enum Kind {
    /// The rows themselves.
    #[default]
    Rows,
    /// Their number.
    Count,
    /// The plan of the database.
    Explain,
}

/// Where a run is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueryRunState {
    id: String,
    /// queued, running, done, failed, cancelled, timed_out
    #[schema(examples("queued"))]
    state: String,
    /// A cancel has been asked for, and the database still works on the query.
    cancelling: bool,
}

/// What the list shows.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// queued, running, done, failed, cancelled or timed_out; left out: all.
    state: Option<String>,
    /// Of one database.
    database: Option<String>,
    /// Part of the SQL.
    search: Option<String>,
    /// Runs to leave out.
    offset: Option<u32>,
    /// Runs wanted; 50 where left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A slice of the caller's runs, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueryRuns {
    query_runs: Vec<QueryRunSummary>,
    /// How many there are in all.
    total: u32,
}

/// Runs a query: it is executed once, and its stored result is read as often as wanted.
///
/// The same idempotency key with the same content gives the first run again. A query that does not pass the
/// gate is 422; the error of field `sql` names construct, line and column.
#[utoipa::path(post, path = "/query-runs", tag = TAG, operation_id = "submit_query_run",
    params(("Idempotency-Key" = Option<String>, Header, description = "Chosen by the caller, once per submission")),
    request_body = NewQueryRun,
    responses((status = ACCEPTED, body = QueryRunState, description = "Accepted, and waiting or running")))]
pub(super) async fn submit(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    headers: HeaderMap,
    ApiJson(body): ApiJson<NewQueryRun>,
) -> Result<(StatusCode, Json<QueryRunState>), ApiError> {
    let idempotency_key = idempotency_key(&headers)?;
    let names = body.parameters.names();
    let question = SubmitRun {
        caller: Some(user.caller()),
        database: body.database,
        sql: body.sql,
        parameters: body.parameters.read()?,
        kind: body.kind.word().to_owned(),
        saved_query_id: String::new(),
        accept_stored: body.accept_stored,
        idempotency_key,
    };
    let run = app.bus.ask(&question).await.map_err(|e| parameters::named(e.into(), &names))?;
    Ok((StatusCode::ACCEPTED, Json(run.into())))
}

/// The caller's runs, newest first.
#[utoipa::path(get, path = "/query-runs", tag = TAG, operation_id = "list_query_runs",
    params(Filter), responses((status = OK, body = QueryRuns, description = "A slice of the list")))]
pub(super) async fn list(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    ApiQuery(filter): ApiQuery<Filter>,
) -> Answer<QueryRuns> {
    let question = ListRuns {
        caller: Some(user.caller()),
        database: filter.database.unwrap_or_default(),
        state: filter.state.unwrap_or_default(),
        search: filter.search.unwrap_or_default().trim().to_owned(),
        page: Some(Slice { offset: filter.offset, limit: filter.limit }.page()?),
        ..ListRuns::default()
    };
    let found = app.bus.ask(&question).await?;
    let query_runs = found.runs.into_iter().map(QueryRunSummary::from).collect();
    Ok(Json(QueryRuns { query_runs, total: found.total }))
}

/// One run, with the certificate of its result.
#[utoipa::path(get, path = "/query-runs/{id}", tag = TAG, operation_id = "get_query_run",
    params(("id" = Uuid, Path)), responses((status = OK, body = QueryRun, description = "The run")))]
pub(super) async fn show(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    Id(id): Id<RunId>,
) -> Answer<QueryRun> {
    let run = app.bus.ask(&GetRun { caller: Some(user.caller()), id: id.to_string() }).await?;
    Ok(Json(run.into()))
}

/// Cancels a run, in the database too.
#[utoipa::path(delete, path = "/query-runs/{id}", tag = TAG, operation_id = "cancel_query_run",
    params(("id" = Uuid, Path)),
    responses((status = OK, body = QueryRunState, description = "Cancelled"),
        (status = ACCEPTED, body = QueryRunState, description = "The database is being told; follow the run")))]
pub(super) async fn cancel(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    Id(id): Id<RunId>,
) -> Result<(StatusCode, Json<QueryRunState>), ApiError> {
    let run = app.bus.ask(&CancelRun { caller: Some(user.caller()), id: id.to_string() }).await?;
    let status = if run.state == "cancelled" { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(run.into())))
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Rows => "rows",
            Self::Count => "count",
            Self::Explain => "explain",
        }
    }
}

impl From<contract::Run> for QueryRunState {
    fn from(run: contract::Run) -> Self {
        Self { id: run.id, state: run.state, cancelling: run.cancelling }
    }
}
