//! Live messages of runs: progress for pages that are open now, and the wish to cancel for the replica that runs
//! it. Both may be lost; what counts stands in the database.

use coffer_bus::Bus;
use coffer_proto::query::v1::{RunProgress, RunQuery};
use coffer_types::RunId;
use futures::stream::{self, BoxStream, StreamExt as _};

/// Tells progress, and who wants to cancel.
#[derive(Clone)]
pub(crate) struct Live(Bus);

impl Live {
    /// Over the bus.
    pub(crate) fn new(bus: Bus) -> Self {
        Self(bus)
    }

    /// How far a run has got.
    pub(crate) async fn progress(&self, progress: &RunProgress) {
        let subject = format!("coffer.live.research-query.{}", progress.run_id);
        self.tell(&subject, progress).await;
    }

    /// Its user wants a run ended.
    pub(crate) async fn cancel(&self, id: RunId) {
        self.tell(&cancel_subject(id), &RunQuery { run_id: id.to_string() }).await;
    }

    /// Wishes to end this run, from now on. Without a broker there are none, and the database tells.
    pub(crate) async fn cancels(&self, id: RunId) -> BoxStream<'static, ()> {
        match self.0.watch(&cancel_subject(id)).await {
            Ok(notices) => notices.map(drop).boxed(),
            Err(_) => stream::pending().boxed(),
        }
    }

    async fn tell<M: prost::Message>(&self, subject: &str, message: &M) {
        if let Err(error) = self.0.tell(subject, message).await {
            tracing::debug!(%error, "nobody was told");
        }
    }
}

/// With one token more than progress, so that no page takes it for that.
fn cancel_subject(id: RunId) -> String {
    format!("coffer.live.research-query.cancel.{id}")
}
