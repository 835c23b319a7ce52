//! Writes the rows of a running query as a stored result.
//!
//! Rows are gathered to parts of about [`PART_BYTES`]. While the next part is being gathered, one is hashed,
//! compressed and sealed, and one is on its way into the store; more do not pile up, since [`ResultWriter::write`]
//! waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use coffer_store::Keyring;
use coffer_types::RunId;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::blocking::blocking;
use crate::digest::RowDigest;
use crate::manifest::{Manifest, Segment, StoredColumn};
use crate::vault::Vault;
use crate::{ColumnKind, Objects, ResultError, segment};

const PART_BYTES: usize = 3 * 1024 * 1024;

/// Writes a stored result. Whoever gives it up calls [`Self::discard`], or later [`crate::delete_attempt`].
pub struct ResultWriter {
    vault: Vault,
    schema: SchemaRef,
    part_bytes: usize,
    gathered: Vec<RecordBatch>,
    gathered_bytes: usize,
    rows: u64,
    plain_bytes: u64,
    progress: Arc<Progress>,
    parts: mpsc::Sender<Vec<RecordBatch>>,
    /// Gone once it was waited for.
    storing: Option<JoinHandle<Result<Stored, ResultError>>>,
}

/// What other tasks may know of the storing one.
#[derive(Default)]
struct Progress {
    bytes: AtomicU64,
    begun: AtomicUsize,
}

/// What storing came to.
struct Stored {
    segments: Vec<Segment>,
    empty: Vec<bool>,
    sha256: String,
}

impl ResultWriter {
    /// Begins a result with the columns of `schema` ([`ColumnKind::field`] makes them). Needs a tokio runtime.
    pub fn new(
        objects: Arc<dyn Objects>,
        keyring: Keyring,
        run: RunId,
        attempt: u32,
        schema: SchemaRef,
    ) -> Self {
        let vault = Vault::new(objects, keyring, run, attempt);
        let progress = Arc::<Progress>::default();
        let (parts, receiver) = mpsc::channel(1);
        let packer = Packer::new(vault.clone(), Arc::clone(&schema));
        let storing = tokio::spawn(store(packer, receiver, Arc::clone(&progress)));
        Self {
            vault,
            schema,
            part_bytes: PART_BYTES,
            gathered: Vec::new(),
            gathered_bytes: 0,
            rows: 0,
            plain_bytes: 0,
            progress,
            parts,
            storing: Some(storing),
        }
    }

    /// Makes parts of another size: small ones for tests of what crosses their borders.
    #[must_use]
    pub fn part_bytes(mut self, bytes: usize) -> Self {
        self.part_bytes = bytes.max(1);
        self
    }

    /// Takes the next rows; waits while the store is slower than the database.
    ///
    /// # Errors
    /// The store failed, or the rows have other columns.
    pub async fn write(&mut self, batch: RecordBatch) -> Result<(), ResultError> {
        let types = |schema: &SchemaRef| {
            schema.fields().iter().map(|field| field.data_type().clone()).collect::<Vec<_>>()
        };
        if batch.schema_ref() != &self.schema && types(batch.schema_ref()) != types(&self.schema) {
            return Err(ResultError::Columns);
        }
        for piece in pieces(&batch, self.part_bytes) {
            let size = plain_size(&piece);
            self.rows += piece.num_rows() as u64;
            self.plain_bytes += size as u64;
            self.gathered_bytes += size;
            self.gathered.push(piece);
            if self.gathered_bytes >= self.part_bytes {
                self.hand_on().await?;
            }
        }
        Ok(())
    }

    /// Rows taken so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Bytes stored so far, compressed and sealed.
    pub fn bytes(&self) -> u64 {
        self.progress.bytes.load(Ordering::Relaxed)
    }

    /// Stores what is left and gives the table of contents.
    ///
    /// # Errors
    /// The store failed.
    pub async fn finish(mut self) -> Result<Manifest, ResultError> {
        if !self.gathered.is_empty() {
            self.hand_on().await?;
        }
        drop(self.parts);
        let stored = stored(self.storing).await?;
        let columns = self.schema.fields().iter().zip(stored.empty);
        Ok(Manifest {
            columns: columns
                .map(|(field, empty)| StoredColumn {
                    name: field.name().clone(),
                    kind: ColumnKind::of(field),
                    empty,
                })
                .collect(),
            bytes: stored.segments.iter().map(|segment| segment.bytes).sum(),
            segments: stored.segments,
            rows: self.rows,
            plain_bytes: self.plain_bytes,
            sha256: stored.sha256,
        })
    }

    /// Gives the result up and deletes what was written of it, as far as the store lets us.
    pub async fn discard(self) {
        let Self { parts, storing, vault, progress, .. } = self;
        drop(parts);
        if let Some(storing) = storing {
            let _ = storing.await; // its failure is no news any more
        }
        for number in 0..progress.begun.load(Ordering::Relaxed) {
            let _ = vault.delete(&number.to_string()).await; // `delete_attempt` finds what is left
        }
    }

    async fn hand_on(&mut self) -> Result<(), ResultError> {
        self.gathered_bytes = 0;
        let part = std::mem::take(&mut self.gathered);
        if self.parts.send(part).await.is_ok() {
            return Ok(());
        }
        Err(stored(self.storing.take()).await.err().unwrap_or(ResultError::Stopped))
    }
}

async fn stored(storing: Option<JoinHandle<Result<Stored, ResultError>>>) -> Result<Stored, ResultError> {
    match storing {
        Some(storing) => storing.await.unwrap_or(Err(ResultError::Stopped)),
        None => Err(ResultError::Stopped), // it failed, and somebody was told
    }
}

/// Seals and stores parts until there are no more.
async fn store(
    mut packer: Packer,
    mut parts: mpsc::Receiver<Vec<RecordBatch>>,
    progress: Arc<Progress>,
) -> Result<Stored, ResultError> {
    let mut segments = Vec::new();
    let mut last: Option<JoinHandle<Result<(), ResultError>>> = None;
    while let Some(part) = parts.recv().await {
        let number = segments.len();
        let (returned, segment, sealed) = blocking(move || packer.pack(number, &part)).await?;
        packer = returned;
        segments.push(segment);
        settled(last.take()).await?;
        progress.begun.fetch_add(1, Ordering::Relaxed);
        let (vault, progress) = (packer.vault.clone(), Arc::clone(&progress));
        last = Some(tokio::spawn(async move {
            vault.put(&number.to_string(), sealed).await?;
            progress.bytes.fetch_add(segment.bytes, Ordering::Relaxed);
            Ok(())
        }));
    }
    settled(last).await?;
    Ok(Stored { segments, empty: packer.empty, sha256: packer.digest.finish() })
}

async fn settled(put: Option<JoinHandle<Result<(), ResultError>>>) -> Result<(), ResultError> {
    match put {
        Some(put) => put.await.unwrap_or(Err(ResultError::Stopped)),
        None => Ok(()),
    }
}

/// Makes parts of rows and remembers what all of them say together.
struct Packer {
    vault: Vault,
    schema: SchemaRef,
    digest: RowDigest,
    empty: Vec<bool>,
}

impl Packer {
    fn new(vault: Vault, schema: SchemaRef) -> Self {
        let digest = RowDigest::new(&schema);
        let empty = vec![true; schema.fields().len()];
        Self { vault, schema, digest, empty }
    }

    fn pack(
        mut self,
        number: usize,
        part: &[RecordBatch],
    ) -> Result<(Self, Segment, bytes::Bytes), ResultError> {
        let batch = segment::together(&self.schema, part)?;
        self.digest.update(&batch)?;
        for (empty, column) in self.empty.iter_mut().zip(batch.columns()) {
            *empty &= column.null_count() == column.len();
        }
        let sealed = self.vault.seal(&format!("segment {number}"), &segment::encode(&batch)?);
        let segment = Segment { rows: batch.num_rows() as u64, bytes: sealed.len() as u64 };
        Ok((self, segment, sealed))
    }
}

/// A batch in pieces that each fit a part.
fn pieces(batch: &RecordBatch, part_bytes: usize) -> Vec<RecordBatch> {
    let rows = batch.num_rows();
    let count = plain_size(batch).div_ceil(part_bytes).clamp(1, rows.max(1));
    let step = rows.div_ceil(count).max(1);
    (0..rows).step_by(step).map(|first| batch.slice(first, step.min(rows - first))).collect()
}

/// The size of a batch's own values, however large the arrays that it is a slice of.
pub(crate) fn plain_size(batch: &RecordBatch) -> usize {
    let size = |array: &arrow_array::ArrayRef| array.to_data().get_slice_memory_size().unwrap_or_default();
    batch.columns().iter().map(size).sum()
}
