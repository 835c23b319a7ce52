//! Tells open pages where runs stand, the places in the queue among it.

use coffer_proto::query::v1::RunProgress;
use coffer_types::RunId;

use crate::app::App;
use crate::domain::run::State;
use crate::store::runs::Run;

/// Places in the queue that are told; who waits further behind asks again.
const PLACES_TOLD: usize = 50;

impl App {
    /// Tells where a run stands now.
    pub(crate) async fn tell_progress(&self, id: RunId) {
        let Ok(run) = self.runs.any(id).await else { return };
        let place = if run.state == State::Queued { self.queue_place(id).await } else { 0 };
        self.live.progress(&self.progress_of(&run, place)).await;
    }

    /// Tells those who wait their places, after the queue has moved.
    pub(crate) async fn tell_queue(&self) {
        let Ok(order) = self.runs.queue_order().await else { return };
        let waiting: Vec<RunId> = order.into_iter().take(PLACES_TOLD).collect();
        let Ok(newest) = self.runs.newest_events(&waiting).await else { return };
        for (id, place) in waiting.iter().zip(0..) {
            let progress = RunProgress {
                run_id: id.to_string(),
                state: State::Queued.as_str().to_owned(),
                queue_place: place,
                number: newest.get(id).copied().unwrap_or_default(),
                ..RunProgress::default()
            };
            self.live.progress(&progress).await;
        }
    }

    /// How many runs come before this one.
    pub(crate) async fn queue_place(&self, id: RunId) -> u32 {
        let order = self.runs.queue_order().await.unwrap_or_default();
        let before = order.iter().position(|waiting| *waiting == id).unwrap_or_default();
        u32::try_from(before).unwrap_or(u32::MAX)
    }

    fn progress_of(&self, run: &Run, queue_place: u32) -> RunProgress {
        let until = run.ended_at.unwrap_or_else(|| self.now());
        let elapsed = run.started_at.map_or(0, |started| (until - started).num_milliseconds());
        RunProgress {
            run_id: run.id.to_string(),
            state: run.state.as_str().to_owned(),
            queue_place,
            rows: run.rows,
            bytes: run.bytes,
            elapsed_ms: elapsed.max(0).unsigned_abs(),
            number: run.newest_event,
        }
    }
}
