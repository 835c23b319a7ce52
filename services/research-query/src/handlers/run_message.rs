//! Runs as the contract has them.

use coffer_proto::query::v1::{self, Certificate, ResultColumn};
use coffer_proto::timestamp;
use coffer_runtime::telemetry::parse_traceparent;
use opentelemetry::trace::TraceContextExt as _;

use super::kept::parameters;
use crate::app::App;
use crate::config::ResearchDatabaseSettings;
use crate::domain::run::State;
use crate::store::runs::{EventRow, Run, Stored};

/// What the certificate says made the result.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A run with everything that is known of it. `queue_place` counts only while it waits.
pub(crate) fn message(app: &App, run: &Run, queue_place: u32) -> v1::Run {
    let settings = app.offered(&run.database).map(|offered| offered.settings.clone()).unwrap_or_default();
    let stored = run.stored.as_ref();
    v1::Run {
        id: run.id.to_string(),
        database: run.database.clone(),
        kind: run.purpose.as_str().to_owned(),
        sql: run.query.sql.clone(),
        parameters: parameters(&run.query),
        state: run.state.as_str().to_owned(),
        problem: run.problem.clone(),
        queue_place: if run.state == State::Queued { queue_place } else { 0 },
        rows: run.rows,
        bytes: run.bytes,
        queued_at: Some(timestamp(run.queued_at)),
        started_at: run.started_at.map(timestamp),
        ended_at: run.ended_at.map(timestamp),
        trace_id: trace_id(run),
        user_id: run.user.to_string(),
        user_name: run.user_name.clone(),
        saved_query_id: run.saved_query.map(|id| id.to_string()).unwrap_or_default(),
        columns: stored.map(|stored| columns(stored, &settings)).unwrap_or_default(),
        certificate: stored.map(|stored| certificate(run, stored)),
        kept_until: run.kept_until.map(timestamp),
        result_gone: run.result_gone,
        cancelling: run.cancelling,
        data_changed: data_changed(app, run),
    }
}

/// What the result is the result of.
pub(crate) fn certificate(run: &Run, stored: &Stored) -> Certificate {
    Certificate {
        id: run.id.to_string(),
        database: run.database.clone(),
        sql: stored.sent.clone(),
        parameters: parameters(&run.query),
        data_version: run.data_version.clone().unwrap_or_default(),
        rows: stored.manifest.rows,
        sha256: stored.manifest.sha256.clone(),
        user_name: run.user_name.clone(),
        executed_at: run.started_at.map(timestamp),
        trace_id: trace_id(run),
        coffer_version: VERSION.to_owned(),
    }
}

/// The columns of a result, with what they say of people.
pub(crate) fn columns(stored: &Stored, settings: &ResearchDatabaseSettings) -> Vec<ResultColumn> {
    let columns = stored.manifest.columns.iter().map(|column| ResultColumn {
        name: column.name.clone(),
        kind: column.kind.as_str().to_owned(),
        people: settings.people(&column.name).to_owned(),
        empty: column.empty,
    });
    columns.collect()
}

/// An event of a run.
pub(super) fn event(run: &Run, row: EventRow) -> v1::RunEvent {
    // Only the end has a problem.
    let problem = if row.what == run.state.as_str() { run.problem.clone() } else { String::new() };
    v1::RunEvent {
        number: row.number.unsigned_abs(),
        what: row.what,
        at: Some(timestamp(row.at)),
        rows: row.rows.unsigned_abs(),
        problem,
    }
}

fn trace_id(run: &Run) -> String {
    let context = run.traceparent.as_deref().and_then(parse_traceparent);
    context.map(|context| context.span().span_context().trace_id().to_string()).unwrap_or_default()
}

/// Whether the database says something else of its data than it did when the run was executed.
fn data_changed(app: &App, run: &Run) -> bool {
    let catalogue = app.catalogue();
    let databases = catalogue.borrow();
    let now = databases.iter().find(|known| known.name == run.database);
    let now = now.and_then(|known| known.data_version.as_ref());
    run.state == State::Done && now.is_some() && now != run.data_version.as_ref()
}
