//! The time limit of an execution, as we watch it ourselves.

use std::pin::Pin;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::error::ExecutionError;

/// The server ends the query at its limit; we give up when it did not.
pub(crate) const GRACE: Duration = Duration::from_secs(2);

/// When an execution must be over.
pub(crate) struct Deadline {
    start: Instant,
    run_time: Duration,
    end: Pin<Box<Sleep>>,
}

impl Deadline {
    /// The time runs from now; the server watches it too, and has the first word.
    pub(crate) fn start(run_time: Duration) -> Self {
        Self::new(run_time, GRACE)
    }

    /// The time runs from now; nobody else watches it.
    pub(crate) fn alone(run_time: Duration) -> Self {
        Self::new(run_time, Duration::ZERO)
    }

    fn new(run_time: Duration, grace: Duration) -> Self {
        let start = Instant::now();
        Self { start, run_time, end: Box::pin(sleep_until(start + run_time + grace)) }
    }

    /// Whether the server had reason to end the query for the time it took.
    pub(crate) fn has_passed(&self) -> bool {
        self.start.elapsed() >= self.run_time
    }

    /// The next row, unless the time is up.
    pub(crate) async fn next<T, E>(
        &mut self,
        rows: &mut (impl Stream<Item = Result<T, E>> + Unpin),
        failure: impl Fn(&E, bool) -> ExecutionError,
    ) -> Result<Option<T>, ExecutionError> {
        let row = tokio::select! {
            biased;
            row = rows.next() => row,
            () = &mut self.end => return Err(ExecutionError::TimedOut),
        };
        row.transpose().map_err(|error| failure(&error, self.has_passed()))
    }

    /// What `work` gives, unless the time is up.
    pub(crate) async fn within<T, E>(
        &mut self,
        work: impl Future<Output = Result<T, E>>,
        failure: impl Fn(&E, bool) -> ExecutionError,
    ) -> Result<T, ExecutionError> {
        let done = tokio::select! {
            biased;
            done = work => done,
            () = &mut self.end => return Err(ExecutionError::TimedOut),
        };
        done.map_err(|error| failure(&error, self.has_passed()))
    }
}
