//! Sees to it that a session ends when nobody reads its rows any more.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::backend::Backend;
use crate::database::ResearchDatabase;
use crate::error::ExecutionError;

/// Ends the session when dropped, unless that is known to be over.
pub(crate) struct SessionGuard {
    database: Arc<dyn ResearchDatabase>,
    backend: Option<Backend>,
    watch: Option<AbortHandle>,
}

impl SessionGuard {
    pub(crate) fn new(database: Arc<dyn ResearchDatabase>, backend: Backend) -> Self {
        Self { database, backend: Some(backend), watch: None }
    }

    /// Ends the session after this time too, even when nobody polls: a server that sends to a reader who does
    /// not read forgets its own limit, and holds up others meanwhile.
    pub(crate) fn end_after(&mut self, limit: Duration) {
        let Some(backend) = self.backend.clone() else {
            return;
        };
        let database = Arc::clone(&self.database);
        let watch = tokio::spawn(async move {
            sleep(limit).await;
            end(database, backend).await;
        });
        self.watch = Some(watch.abort_handle());
    }

    /// What the database answered. After an answer that ended the query, the session ends with its connection.
    pub(crate) fn told<T>(&mut self, answer: Result<T, ExecutionError>) -> Result<T, ExecutionError> {
        if matches!(answer, Err(ExecutionError::Sql(_) | ExecutionError::Cancelled)) {
            self.disarm();
        }
        answer
    }

    /// The session ends by itself.
    pub(crate) fn disarm(&mut self) {
        self.backend = None;
    }
}

impl Drop for SessionGuard {
    fn drop(&mut self) {
        if let Some(watch) = self.watch.take() {
            watch.abort();
        }
        if let (Some(backend), Ok(runtime)) = (self.backend.take(), Handle::try_current()) {
            runtime.spawn(end(Arc::clone(&self.database), backend));
        }
    }
}

async fn end(database: Arc<dyn ResearchDatabase>, backend: Backend) {
    if database.end(&backend).await.is_err() {
        tracing::warn!(%backend, "a session in a research database was not seen to end");
    }
}
