//! Objects too large for a message, in an object store of JetStream: named once, written whole, read whole.

use std::time::Duration;

use async_nats::jetstream::object_store::{
    Config, DeleteErrorKind, GetErrorKind, InfoErrorKind, ObjectMetadata, ObjectStore,
};
use async_nats::jetstream::stream::StorageType;
use bytes::Bytes;
use tokio::io::AsyncReadExt as _;

use crate::{Bus, BusError};

/// Each piece is stored and acknowledged by itself: large ones save round trips, and fit into any broker's limit.
const PIECE: usize = 512 * 1024;

/// A store of named objects; clones share it.
#[derive(Clone)]
pub struct Bucket {
    store: ObjectStore,
}

impl Bus {
    /// The bucket of this name, made if missing. `keep` is how long the broker keeps an object at most.
    ///
    /// # Errors
    /// The broker does not answer, or keeps the bucket's objects for another time.
    pub async fn bucket(&self, name: &'static str, keep: Duration) -> Result<Bucket, BusError> {
        let wanted = Config {
            bucket: self.namespace.bucket(name),
            max_age: keep,
            storage: StorageType::File,
            num_replicas: self.replicas,
            ..Config::default()
        };
        let stream = format!("OBJ_{}", wanted.bucket);
        let store = match self.jetstream.get_object_store(&wanted.bucket).await {
            Ok(found) => found,
            // Missing, or made by another replica between the two calls: making it again the same way is no error.
            Err(_) => self.jetstream.create_object_store(wanted).await.map_err(BusError::broker)?,
        };
        let found = self.jetstream.get_stream(&stream).await.map_err(BusError::broker)?;
        let kept = found.cached_info().config.max_age;
        if kept != keep {
            let difference = format!("max_age should be {keep:?} and is {kept:?}");
            return Err(BusError::Conflict { name: stream, difference });
        }
        Ok(Bucket { store })
    }
}

impl Bucket {
    /// Writes an object; one of the same name is replaced.
    ///
    /// # Errors
    /// The broker does not answer or has no room.
    pub async fn put(&self, name: &str, content: Bytes) -> Result<(), BusError> {
        let meta =
            ObjectMetadata { name: name.to_owned(), chunk_size: Some(PIECE), ..ObjectMetadata::default() };
        self.store.put(meta, &mut content.as_ref()).await.map_err(BusError::broker)?;
        Ok(())
    }

    /// Reads an object; `None` when there is none of that name.
    ///
    /// # Errors
    /// The broker does not answer, or the object is damaged.
    pub async fn get(&self, name: &str) -> Result<Option<Bytes>, BusError> {
        let mut object = match self.store.get(name).await {
            Ok(object) => object,
            Err(error) if error.kind() == GetErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(BusError::broker(error)),
        };
        let mut content = Vec::with_capacity(object.info().size);
        object.read_to_end(&mut content).await.map_err(BusError::broker)?;
        Ok(Some(content.into()))
    }

    /// Deletes an object; one that is not there is no error.
    ///
    /// # Errors
    /// The broker does not answer.
    pub async fn delete(&self, name: &str) -> Result<(), BusError> {
        match self.store.info(name).await {
            Err(error) if error.kind() == InfoErrorKind::NotFound => return Ok(()),
            Ok(info) if info.deleted => return Ok(()),
            _ => {}
        }
        match self.store.delete(name).await {
            Err(error) if error.kind() != DeleteErrorKind::NotFound => Err(BusError::broker(error)),
            _ => Ok(()),
        }
    }
}
