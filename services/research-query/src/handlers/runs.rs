//! Questions about runs: each sees their own, and another's looks like one that never was.

use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::{self, CancelRun, GetRun, ListRunEvents, ListRuns, RunEventList, RunList};
use coffer_types::{Role, RunId};

use super::caller::{person, slice};
use super::run_message::{event, message};
use crate::app::App;
use crate::domain::run::State;
use crate::store::StoreError;
use crate::store::runs::{Run, Wanted};

/// One run with everything that is known of it.
pub(super) async fn get(app: App, question: GetRun) -> Result<v1::Run, Refusal> {
    let person = person(question.caller.as_ref())?;
    let run = app.runs.get(person.id, id(&question.id)?).await.map_err(refusal)?;
    Ok(full(&app, &run).await)
}

/// The caller's runs, or those of everybody for an administrator.
pub(super) async fn list(app: App, question: ListRuns) -> Result<RunList, Refusal> {
    let person = person(question.caller.as_ref())?;
    if question.everybody && !person.is(Role::Admin) {
        return Err(Refusal::forbidden("Only administrators see the runs of everybody."));
    }
    let (offset, limit) = slice(question.page);
    let wanted = Wanted {
        user: (!question.everybody).then_some(person.id),
        database: Some(question.database).filter(|name| !name.is_empty()),
        state: optional(&question.state, "state")?,
        saved_query: optional(&question.saved_query_id, "saved_query_id")?,
        search: question.search,
        offset,
        limit,
    };
    let (runs, total) = app.runs.list(&wanted).await?;
    let waiting = runs.iter().any(|run| run.state == State::Queued);
    let order = if waiting { app.runs.queue_order().await? } else { Vec::new() };
    let place = |run: &Run| order.iter().position(|id| *id == run.id).unwrap_or_default();
    let place = |run: &Run| u32::try_from(place(run)).unwrap_or(u32::MAX);
    Ok(RunList { runs: runs.iter().map(|run| message(&app, run, place(run))).collect(), total })
}

/// What happened to a run.
pub(super) async fn events(app: App, question: ListRunEvents) -> Result<RunEventList, Refusal> {
    let person = person(question.caller.as_ref())?;
    let run = app.runs.get(person.id, id(&question.id)?).await.map_err(refusal)?;
    let rows = app.runs.events(run.id, question.after).await?;
    Ok(RunEventList { events: rows.into_iter().map(|row| event(&run, row)).collect() })
}

/// Cancels a run: at once while it waits; else its worker ends it in the database.
pub(super) async fn cancel(app: App, question: CancelRun) -> Result<v1::Run, Refusal> {
    let person = person(question.caller.as_ref())?;
    let id = id(&question.id)?;
    let state = app.runs.cancel(person.id, id).await.map_err(refusal)?;
    if state == State::Running {
        app.live.cancel(id).await;
    } else {
        app.tell_progress(id).await;
        app.tell_queue().await;
    }
    let run = app.runs.get(person.id, id).await.map_err(refusal)?;
    if state == State::Cancelled {
        app.metrics.ended_waiting(state, &run.database);
    }
    Ok(full(&app, &run).await)
}

async fn full(app: &App, run: &Run) -> v1::Run {
    let place = if run.state == State::Queued { app.queue_place(run.id).await } else { 0 };
    message(app, run, place)
}

/// Reads the id of a run; what is no id names no run.
pub(crate) fn id(text: &str) -> Result<RunId, Refusal> {
    text.parse().map_err(|_| no_such_run())
}

/// The refusal for a run that is not there, or is another's.
pub(crate) fn no_such_run() -> Refusal {
    Refusal::not_found("There is no such run.")
}

/// A fault of a step of a run as a refusal.
pub(crate) fn refusal(error: StoreError) -> Refusal {
    match error {
        StoreError::NotFound => no_such_run(),
        StoreError::Custody(_) => Refusal::conflict("This run has ended already."),
        error => error.into(),
    }
}

fn optional<T: std::str::FromStr>(text: &str, field: &str) -> Result<Option<T>, Refusal> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Refusal::invalid(field, "This is not a known value.")),
    }
}
