//! Liveness: a task beats on the service's tokio runtime, and the admin thread looks whether it still does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const BEAT: Duration = Duration::from_secs(1);
/// Longer without a beat, and every worker of the runtime is stuck.
const STUCK_AFTER: Duration = Duration::from_secs(10);

/// When the runtime was last seen at work; clones share it.
#[derive(Clone)]
pub(crate) struct Watchdog {
    epoch: Instant,
    last_beat: Arc<AtomicU64>,
}

impl Watchdog {
    /// Starts the beat on the present runtime.
    pub(crate) fn start() -> Self {
        let watchdog = Self { epoch: Instant::now(), last_beat: Arc::default() };
        let beating = watchdog.clone();
        tokio::spawn(async move {
            loop {
                beating.last_beat.store(millis(beating.epoch.elapsed()), Ordering::Relaxed);
                tokio::time::sleep(BEAT).await;
            }
        });
        watchdog
    }

    /// Whether the runtime gave no sign for too long.
    pub(crate) fn is_stuck(&self) -> bool {
        let silent = millis(self.epoch.elapsed()).saturating_sub(self.last_beat.load(Ordering::Relaxed));
        silent > millis(STUCK_AFTER)
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_beating_runtime_is_alive_and_a_silent_one_is_not() {
        let mut watchdog = Watchdog::start();
        assert!(!watchdog.is_stuck());
        watchdog.epoch -= STUCK_AFTER + BEAT;
        watchdog.last_beat = Arc::default();
        assert!(watchdog.is_stuck());
    }
}
