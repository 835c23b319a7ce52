//! How a process ends: first softly (take no new work), then hard (drop what still runs).

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Exit code after a second signal, as of a process that SIGTERM killed.
const ENDED_AT_ONCE: i32 = 143;

/// The two stages of the end; clones share them.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    soft: CancellationToken,
    hard: CancellationToken,
}

impl Shutdown {
    /// Cancelled when no new work should be taken.
    pub fn token(&self) -> CancellationToken {
        self.soft.clone()
    }

    /// Cancelled when the deadline of the drain has passed.
    pub fn hard(&self) -> CancellationToken {
        self.hard.clone()
    }

    /// Begins the drain.
    pub fn start(&self) {
        self.soft.cancel();
    }

    /// Ends all tasks at their next wait.
    pub fn now(&self) {
        self.soft.cancel();
        self.hard.cancel();
    }

    /// Whether the drain has begun.
    pub fn has_started(&self) -> bool {
        self.soft.is_cancelled()
    }
}

/// SIGTERM and SIGINT of this process.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes the signals over from the operating system's default, which is to die.
    pub(crate) fn listen() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }

    /// Drains at the first signal, ends the process at the second.
    pub(crate) async fn obey(mut self, shutdown: Shutdown) {
        self.next().await;
        shutdown.start();
        tracing::info!("asked to stop, draining"); // true from here on, for whoever follows the log
        self.next().await;
        tracing::warn!("asked to stop a second time, ending at once");
        std::process::exit(ENDED_AT_ONCE);
    }
}
