//! The workers: each takes the run whose turn it is, executes it once, and records how it ended. A caretaker
//! looks after what vanished workers left behind, and after results whose time has come.

mod caretaker;
mod execute;
mod holder;
mod limits;

use std::time::Duration;

use chrono::TimeDelta;
use coffer_runtime::{CancellationToken, Context, telemetry::parse_traceparent};
use opentelemetry::trace::TraceContextExt as _;
use tracing::{Instrument as _, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::app::App;
use crate::domain::fair::Caps;
use crate::domain::run::State;
use crate::store::StoreError;
use crate::store::runs::{Claim, Ending, Measure};
use execute::Outcome;

/// How long a holder may be silent before its run is taken over.
pub(crate) const LEASE: TimeDelta = TimeDelta::seconds(15);
/// How often idle workers look at the queue; new runs wake those of their replica at once.
const LOOK: Duration = Duration::from_millis(500);
/// Pause after our database failed.
const TROUBLE_PAUSE: Duration = Duration::from_secs(1);
/// Pauses between tries to record how a run ended: a short trouble of the database must not cost a result.
const RECORDING_PAUSES: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];
/// Within this time a run is shown inside the trace of its submission; a later one would stretch it out of shape.
const PROMPT: TimeDelta = TimeDelta::minutes(5);

/// Starts the workers of this replica and its caretaker.
pub(crate) fn start(app: &App, context: &Context) {
    for _ in 0..app.settings.limits.runs_at_once {
        let (worker, stop) = (Worker { app: app.clone() }, context.shutdown.token());
        context.spawn("query worker", async move {
            worker.work(stop).await;
            Ok(())
        });
    }
    caretaker::start(app, context);
}

/// One worker.
struct Worker {
    app: App,
}

impl Worker {
    async fn work(&self, stop: CancellationToken) {
        let caps = self.caps();
        while !stop.is_cancelled() {
            match self.app.runs.claim(caps, LEASE).await {
                Ok(Some(claim)) => self.run(&claim, &stop).await,
                Ok(None) => {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = self.app.wake.notified() => {}
                        () = tokio::time::sleep(LOOK) => {}
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "no run could be claimed");
                    stop.run_until_cancelled(tokio::time::sleep(TROUBLE_PAUSE)).await;
                }
            }
        }
    }

    fn caps(&self) -> Caps {
        let number = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let limits = &self.app.settings.limits;
        Caps { in_all: number(limits.runs_in_all), per_user: number(limits.runs_per_user) }
    }

    /// One run, in the trace of its submission.
    async fn run(&self, claim: &Claim, stop: &CancellationToken) {
        let span = tracing::info_span!(
            "run query",
            otel.kind = "client",
            run.id = %claim.run.id,
            run.attempt = claim.attempt,
            run.state = tracing::field::Empty,
            run.rows = tracing::field::Empty,
            db.namespace = claim.run.database,
        );
        follow(&span, claim.run.traceparent.as_deref(), self.app.now() - claim.run.queued_at);
        async {
            self.app.tell_progress(claim.run.id).await;
            self.app.tell_queue().await;
            let (outcome, measure) = execute::execute(&self.app, claim, stop).await;
            self.record(claim, outcome, measure).await;
            self.app.tell_progress(claim.run.id).await;
            // Its user may now have another one, whichever replica sees it first.
            self.app.wake.notify_one();
        }
        .instrument(span)
        .await;
    }

    async fn record(&self, claim: &Claim, outcome: Outcome, measure: Measure) {
        match outcome {
            Outcome::Ended(ending) => self.conclude(claim, ending, measure).await,
            Outcome::GivenBack => {
                if let Err(error) = self.app.runs.give_back(claim).await {
                    tracing::warn!(%error, "a run could not be given back; its lease will lapse");
                }
            }
            Outcome::Lost => tracing::warn!("somebody took the run over"),
        }
    }

    async fn conclude(&self, claim: &Claim, ending: Ending, measure: Measure) {
        let mut pauses = RECORDING_PAUSES.iter();
        let state = loop {
            match self.app.runs.conclude(claim, &ending, measure).await {
                Ok(state) => break Some(state),
                Err(StoreError::Custody(error)) => {
                    tracing::warn!(%error, "a late end of a run was discarded");
                    break None;
                }
                Err(error) => {
                    let Some(&pause) = pauses.next() else {
                        tracing::error!(%error, "the end of a run could not be recorded");
                        break None;
                    };
                    tokio::time::sleep(pause).await;
                }
            }
        };
        if ending.state() == State::Done && state != Some(State::Done) {
            self.app.discard(claim.run.id, claim.attempt.unsigned_abs()).await;
        }
        let Some(state) = state else { return };
        let span = Span::current();
        span.record("run.state", state.as_str());
        span.record("run.rows", measure.rows);
        let took = claim.run.started_at.map_or(TimeDelta::zero(), |started| self.app.now() - started);
        self.app.metrics.ended(state, &claim.run.database, measure.rows, took);
        tracing::info!(%state, rows = measure.rows, "run ended");
    }
}

/// Ties the span of a run to the trace of its submission.
fn follow(span: &Span, traceparent: Option<&str>, waited: TimeDelta) {
    let Some(submission) = traceparent.and_then(parse_traceparent) else { return };
    if waited <= PROMPT {
        // Fails only for a span that no layer records; then there is nothing to tie.
        span.set_parent(submission).ok();
    } else {
        span.add_link(submission.span().span_context().clone());
    }
}
