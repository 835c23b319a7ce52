//! The hold on a run while it is executed: renews the lease, tells progress, and notices when the run is to end.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use coffer_proto::query::v1::RunProgress;
use coffer_runtime::CancellationToken;
use futures::StreamExt as _;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::LEASE;
use crate::app::App;
use crate::domain::run::State;
use crate::store::StoreError;
use crate::store::runs::{Claim, Measure};

/// How often the lease is renewed; the database then also says whether the run was cancelled.
const RENEW: Duration = Duration::from_secs(1);
/// Progress is told at most this often.
const TELL: Duration = Duration::from_millis(250);

/// Why an execution is to stop before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// Its user wants it.
    Cancelled,
    /// Its time is over.
    TimedOut,
    /// This process ends.
    Shutdown,
    /// Somebody else has the run now.
    Lost,
}

/// How far the execution has got, told by it to its hold.
#[derive(Debug, Default)]
pub(super) struct Progress {
    rows: AtomicU64,
    bytes: AtomicU64,
}

impl Progress {
    pub(super) fn set(&self, measure: Measure) {
        self.rows.store(measure.rows, Ordering::Relaxed);
        self.bytes.store(measure.bytes, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> Measure {
        Measure { rows: self.rows.load(Ordering::Relaxed), bytes: self.bytes.load(Ordering::Relaxed) }
    }
}

/// Holds a run until it is dropped; says through `stop` when the execution should stop.
pub(super) async fn hold(
    app: &App,
    claim: &Claim,
    progress: &Progress,
    run_time: Duration,
    shutdown: &CancellationToken,
    stop: watch::Sender<Option<Stop>>,
) {
    let begun = Instant::now();
    let mut cancels = app.live.cancels(claim.run.id).await;
    let (mut renew, mut tell) = (every(RENEW), every(TELL));
    let mut told = Measure::default();
    let reason = loop {
        tokio::select! {
            () = shutdown.cancelled() => break Stop::Shutdown,
            () = tokio::time::sleep_until(begun + run_time) => break Stop::TimedOut,
            Some(()) = cancels.next() => break Stop::Cancelled,
            _ = renew.tick() => if let Some(reason) = renewed(app, claim, progress).await { break reason },
            _ = tell.tick() => {
                let measure = progress.get();
                if measure != told {
                    told = measure;
                    app.live.progress(&message(claim, measure, begun.elapsed())).await;
                }
            }
        }
    };
    stop.send_replace(Some(reason));
    // The end in the database takes its time; the run stays ours meanwhile.
    loop {
        renew.tick().await;
        renewed(app, claim, progress).await;
    }
}

async fn renewed(app: &App, claim: &Claim, progress: &Progress) -> Option<Stop> {
    match app.runs.renew(claim, LEASE, progress.get()).await {
        Ok(true) => Some(Stop::Cancelled),
        Ok(false) => None,
        Err(StoreError::Custody(_)) => Some(Stop::Lost),
        Err(error) => {
            tracing::warn!(%error, "the lease of a run could not be renewed yet");
            None
        }
    }
}

fn message(claim: &Claim, measure: Measure, elapsed: Duration) -> RunProgress {
    RunProgress {
        run_id: claim.run.id.to_string(),
        state: State::Running.as_str().to_owned(),
        queue_place: 0,
        rows: measure.rows,
        bytes: measure.bytes,
        elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        number: claim.run.newest_event,
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = tokio::time::interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}
