//! What a running service holds on to: the clock, its probes, its end, and its supervised tasks.

use std::any::Any;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use coffer_types::Clock;
use futures::FutureExt;
use tokio_util::task::TaskTracker;

use crate::{Environment, Health, Shutdown};

/// How long tasks may take to be dropped at the hard stop.
const HARD_STOP: Duration = Duration::from_secs(1);

/// Shared by everything that a service starts; clones share one state.
#[derive(Clone)]
pub struct Context {
    /// Where the present moment comes from.
    pub clock: Arc<dyn Clock>,
    /// The parts of `/readyz`.
    pub health: Health,
    /// The end of the process, in two stages.
    pub shutdown: Shutdown,
    /// Which of several replicas this is (the pod's name).
    pub instance: String,
    /// Where the service runs.
    pub environment: Environment,
    tasks: TaskTracker,
    failed: Arc<AtomicBool>,
}

impl Context {
    pub(crate) fn new(clock: Arc<dyn Clock>, instance: String, environment: Environment) -> Self {
        Self {
            clock,
            health: Health::default(),
            shutdown: Shutdown::default(),
            instance,
            environment,
            tasks: TaskTracker::new(),
            failed: Arc::default(),
        }
    }

    /// A context without a process around it. Tasks end with `shutdown.now()` or with the test's runtime.
    pub fn for_test(clock: Arc<dyn Clock>) -> Self {
        Self::new(clock, "test".to_owned(), Environment::Test)
    }

    /// Runs a supervised task. It should end after [`Shutdown::token`] is cancelled; at the hard stop it
    /// is dropped. An error or a panic drains the whole process, which then exits non-zero.
    pub fn spawn(&self, name: &'static str, task: impl Future<Output = anyhow::Result<()>> + Send + 'static) {
        let (context, hard) = (self.clone(), self.shutdown.hard());
        self.tasks.spawn(async move {
            let outcome = hard.run_until_cancelled(AssertUnwindSafe(task).catch_unwind()).await;
            match outcome {
                None => tracing::warn!(task = name, "task dropped at the hard stop"),
                Some(Ok(Ok(()))) => tracing::debug!(task = name, "task ended"),
                Some(Ok(Err(error))) => context.fail(name, &format!("{error:#}")),
                Some(Err(panic)) => context.fail(name, panic_text(panic.as_ref())),
            }
        });
    }

    /// Whether a supervised task has failed.
    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    fn fail(&self, task: &'static str, error: &str) {
        tracing::error!(task, error, "task failed, draining");
        self.failed.store(true, Ordering::Release);
        self.shutdown.start();
    }

    /// Waits for the tasks until the deadline, then drops those that still run.
    pub(crate) async fn drain(&self, deadline: Duration) {
        self.shutdown.start();
        self.tasks.close();
        if tokio::time::timeout(deadline, self.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.tasks.len(), "drain took too long, dropping tasks");
            self.shutdown.now();
            // A task that never waits cannot be dropped; the process ends without it.
            let _ = tokio::time::timeout(HARD_STOP, self.tasks.wait()).await;
        }
    }
}

/// The text of a panic if it is a literal. A formatted one may carry data of a person, so it stays out.
pub(crate) fn panic_text(payload: &(dyn Any + Send)) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("panicked")
}

#[cfg(test)]
mod tests {
    use coffer_types::SystemClock;

    use super::*;

    fn context() -> Context {
        Context::for_test(Arc::new(SystemClock))
    }

    #[tokio::test]
    async fn a_failed_task_starts_the_drain() {
        let context = context();
        context.spawn("broken", async { anyhow::bail!("the disk is full") });
        context.shutdown.token().cancelled().await;
        assert!(context.has_failed());
    }

    #[tokio::test]
    async fn a_panicking_task_starts_the_drain() {
        let context = context();
        context.spawn("broken", async { panic!("a bug") });
        context.shutdown.token().cancelled().await;
        assert!(context.has_failed());
    }

    #[tokio::test(start_paused = true)]
    async fn the_drain_waits_for_tasks_and_drops_those_that_stay() {
        let context = context();
        let soft = context.shutdown.token();
        context.spawn("polite", async move {
            soft.cancelled().await;
            tokio::time::sleep(Duration::from_secs(3)).await;
            Ok(())
        });
        context.spawn("stubborn", std::future::pending());
        let begun = tokio::time::Instant::now();
        context.drain(Duration::from_secs(10)).await;
        assert_eq!(begun.elapsed().as_secs(), 10);
        assert!(!context.has_failed());
    }
}
