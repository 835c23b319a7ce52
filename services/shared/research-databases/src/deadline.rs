//! The time limit of an execution, as we watch it ourselves.

use std::pin::Pin;
use std::time::Duration;

use futures::{Stream, StreamExt as _};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::error::ExecutionError;

/// The server ends the query at its limit; we give up when it did not.
const GRACE: Duration = Duration::from_secs(2);

/// When an execution must be over.
pub(crate) struct Deadline {
    start: Instant,
    run_time: Duration,
    end: Pin<Box<Sleep>>,
}

impl Deadline {
    /// The time runs from now.
    pub(crate) fn start(run_time: Duration) -> Self {
        let start = Instant::now();
        Self { start, run_time, end: Box::pin(sleep_until(start + run_time + GRACE)) }
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
}
