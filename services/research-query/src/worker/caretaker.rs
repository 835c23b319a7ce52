//! Looks after what vanished workers left behind, after results whose time has come, and after the gauges.

use std::time::Duration;

use coffer_research_databases::Backend;
use coffer_results::ResultError;
use coffer_runtime::{CancellationToken, Context};

use super::LEASE;
use crate::app::App;
use crate::store::StoreError;
use crate::store::runs::Lost;

/// How often runs without a living holder are looked for.
const LOOK: Duration = Duration::from_secs(3);
/// How often results are looked for whose time has come.
const TIDY: Duration = Duration::from_hours(1);
/// Results that are deleted at once.
const TIDIED_AT_ONCE: i64 = 50;

/// Starts to look after all that.
pub(super) fn start(app: &App, context: &Context) {
    let (lost, stop) = (app.clone(), context.shutdown.token());
    context.spawn("query caretaker", async move {
        repeat(LOOK, &stop, || look(&lost)).await;
        Ok(())
    });
    let (old, stop) = (app.clone(), context.shutdown.token());
    context.spawn("result retention", async move {
        repeat(TIDY, &stop, || tidy(&old)).await;
        Ok(())
    });
}

async fn repeat<F: Future<Output = Result<(), StoreError>>>(
    every: Duration,
    stop: &CancellationToken,
    work: impl Fn() -> F,
) {
    while !stop.is_cancelled() {
        if let Err(error) = work().await {
            tracing::error!(%error, "the caretaker of runs will try again");
        }
        stop.run_until_cancelled(tokio::time::sleep(every)).await;
    }
}

async fn look(app: &App) -> Result<(), StoreError> {
    for lost in app.runs.take_over(LEASE).await? {
        tracing::warn!(run = %lost.id, "the worker of a run vanished");
        end_orphan(app, &lost).await;
        app.discard(lost.id, lost.holder_attempt).await;
        let state = app.runs.recover(&lost).await?;
        if state.is_end() {
            app.metrics.ended_waiting(state, &lost.database);
        }
        app.tell_progress(lost.id).await;
        app.wake.notify_one();
    }
    app.metrics.depth(&app.runs.depth().await?, app.settings.databases.iter().map(|it| it.name.as_str()));
    Ok(())
}

/// Ends what a vanished worker left in the research database. If that cannot be reached, it cannot be helped:
/// the database's own limits end it, and the next attempt says what is wrong.
async fn end_orphan(app: &App, lost: &Lost) {
    let backend = lost.backend.as_deref().and_then(|text| text.parse::<Backend>().ok());
    let (Some(backend), Some(offered)) = (backend, app.offered(&lost.database)) else { return };
    if let Err(error) = offered.database.end(&backend).await {
        tracing::warn!(run = %lost.id, %error, "the end of an orphaned query is not confirmed");
    }
}

/// Deletes results whose time has come.
async fn tidy(app: &App) -> Result<(), StoreError> {
    loop {
        let outdated = app.runs.outdated(TIDIED_AT_ONCE).await?;
        if outdated.is_empty() {
            return Ok(());
        }
        for run in outdated {
            if let Some(result) = app.result_of(&run) {
                match result.delete().await {
                    Ok(()) => {}
                    Err(error @ ResultError::Object(_)) => {
                        tracing::warn!(run = %run.id, %error, "an old result could not be deleted yet");
                        return Ok(());
                    }
                    Err(error) => tracing::warn!(run = %run.id, %error, "an old result is damaged"),
                }
            }
            app.runs.result_is_gone(run.id).await?;
            tracing::info!(run = %run.id, "an old result was deleted");
        }
    }
}
