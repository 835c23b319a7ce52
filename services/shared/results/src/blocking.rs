//! Work that keeps a processor busy, away from the threads that serve requests.

use crate::ResultError;

/// Runs `work` on a thread of its own.
pub(crate) async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<ResultError> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(ResultError::Stopped.into()))
}
