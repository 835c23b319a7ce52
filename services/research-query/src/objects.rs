//! Stored results in a bucket of the broker.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use coffer_bus::{Bucket, Bus, BusError};
use coffer_results::{ObjectError, Objects};
use tokio::sync::OnceCell;

const BUCKET: &str = "results";
/// A backstop only, longer than any site keeps results: they are deleted one by one.
const KEPT: Duration = Duration::from_hours(24 * 400);

/// The bucket of results; made when first used, so that the broker may be away at the start.
pub(crate) struct BucketObjects {
    bus: Bus,
    bucket: OnceCell<Bucket>,
}

impl BucketObjects {
    /// The results of this system.
    pub(crate) fn new(bus: &Bus) -> Self {
        Self { bus: bus.clone(), bucket: OnceCell::new() }
    }

    /// Makes the bucket if it is missing.
    pub(crate) async fn bucket(&self) -> Result<&Bucket, BusError> {
        self.bucket.get_or_try_init(|| self.bus.bucket(BUCKET, KEPT)).await
    }

    async fn ready(&self) -> Result<&Bucket, ObjectError> {
        self.bucket().await.map_err(store)
    }
}

#[async_trait]
impl Objects for BucketObjects {
    async fn put(&self, name: &str, content: Bytes) -> Result<(), ObjectError> {
        self.ready().await?.put(name, content).await.map_err(store)
    }

    async fn get(&self, name: &str) -> Result<Bytes, ObjectError> {
        self.ready().await?.get(name).await.map_err(store)?.ok_or(ObjectError::Missing)
    }

    async fn delete(&self, name: &str) -> Result<(), ObjectError> {
        self.ready().await?.delete(name).await.map_err(store)
    }
}

fn store(error: BusError) -> ObjectError {
    ObjectError::Store(error.into())
}
