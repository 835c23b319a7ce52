//! Where the objects of one attempt of a run are, and how they are sealed.

use std::sync::Arc;

use bytes::Bytes;
use coffer_store::{Keyring, Place};
use coffer_types::RunId;

use crate::blocking::blocking;
use crate::{ObjectError, Objects, ResultError};

const TABLE: &str = "result";

/// The objects of one attempt of a run.
#[derive(Clone)]
pub(crate) struct Vault {
    objects: Arc<dyn Objects>,
    keyring: Keyring,
    run: RunId,
    attempt: u32,
}

impl Vault {
    pub(crate) fn new(objects: Arc<dyn Objects>, keyring: Keyring, run: RunId, attempt: u32) -> Self {
        Self { objects, keyring, run, attempt }
    }

    /// The name of a part in the store; unique to the attempt.
    pub(crate) fn name(&self, part: &str) -> String {
        format!("{}/{}/{part}", self.run, self.attempt)
    }

    /// Seals content as `what` (`segment 3`, `order 1f..`): it opens as nothing else. Keeps a processor busy.
    pub(crate) fn seal(&self, what: &str, plain: &[u8]) -> Bytes {
        let column = self.column(what);
        self.keyring.seal(self.place(&column), plain).into()
    }

    /// Writes a part that was sealed.
    pub(crate) async fn put(&self, part: &str, sealed: Bytes) -> Result<(), ObjectError> {
        self.objects.put(&self.name(part), sealed).await
    }

    /// Reads and opens a part.
    pub(crate) async fn open(&self, part: &str, what: &str) -> Result<Bytes, ResultError> {
        let sealed = self.objects.get(&self.name(part)).await?;
        let vault = self.clone();
        let column = self.column(what);
        blocking(move || Ok(vault.keyring.open(vault.place(&column), &sealed)?.into())).await
    }

    /// Deletes a part, if it is there.
    pub(crate) async fn delete(&self, part: &str) -> Result<(), ObjectError> {
        self.objects.delete(&self.name(part)).await
    }

    /// Whether a part is there.
    pub(crate) async fn holds(&self, part: &str) -> Result<bool, ObjectError> {
        match self.objects.get(&self.name(part)).await {
            Ok(_) => Ok(true),
            Err(ObjectError::Missing) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn column(&self, what: &str) -> String {
        format!("{what} attempt {}", self.attempt)
    }

    fn place<'a>(&self, column: &'a str) -> Place<'a> {
        Place { table: TABLE, column, row: self.run.as_uuid() }
    }
}
