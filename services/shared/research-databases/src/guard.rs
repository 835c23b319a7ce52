//! Sees to it that a session ends when nobody reads its rows any more.

use std::sync::Arc;

use crate::backend::Backend;
use crate::database::ResearchDatabase;

/// Ends the session when dropped, unless that is known to be over.
pub(crate) struct SessionGuard {
    database: Arc<dyn ResearchDatabase>,
    backend: Option<Backend>,
}

impl SessionGuard {
    pub(crate) fn new(database: Arc<dyn ResearchDatabase>, backend: Backend) -> Self {
        Self { database, backend: Some(backend) }
    }

    /// The session ends by itself.
    pub(crate) fn disarm(&mut self) {
        self.backend = None;
    }
}

impl Drop for SessionGuard {
    fn drop(&mut self) {
        let (Some(backend), Ok(runtime)) = (self.backend.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        let database = Arc::clone(&self.database);
        runtime.spawn(async move {
            if database.end(&backend).await.is_err() {
                tracing::warn!(%backend, "a session in a research database was not seen to end");
            }
        });
    }
}
