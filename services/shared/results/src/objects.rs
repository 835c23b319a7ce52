//! Where results are kept: a flat store of named objects.

use async_trait::async_trait;
use bytes::Bytes;
use thiserror::Error;

/// An object could not be written or read.
#[derive(Debug, Error)]
pub enum ObjectError {
    /// There is no such object (any more).
    #[error("no such object")]
    Missing,
    /// The store refused or did not answer.
    #[error("the object store refused or did not answer")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A store of named objects, each written once.
#[async_trait]
pub trait Objects: Send + Sync + 'static {
    /// Writes an object.
    async fn put(&self, name: &str, content: Bytes) -> Result<(), ObjectError>;

    /// Reads an object.
    async fn get(&self, name: &str) -> Result<Bytes, ObjectError>;

    /// Deletes an object; one that is not there is no error.
    async fn delete(&self, name: &str) -> Result<(), ObjectError>;
}
