//! Reads a stored result: pages and streams of rows, in any order.

use std::sync::Arc;

use arrow_array::RecordBatch;
use bytes::Bytes;
use coffer_store::Keyring;
use coffer_types::RunId;
use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};

use crate::blocking::blocking;
use crate::gather::{BATCH_ROWS, Gathered};
use crate::order::RowOrder;
use crate::segment::Blocks;
use crate::value::Cells;
use crate::vault::Vault;
use crate::{Manifest, ObjectError, Objects, ResultError, SegmentCache, canonical, view};

/// Parts that are read at the same time.
pub(crate) const AT_ONCE: usize = 2;
/// Size of the rows that are gathered at a time when their order is not the stored one.
const WINDOW_BYTES: u64 = 16 * 1024 * 1024;

/// Rows in pieces, each in one or more batches.
pub(crate) type Chunks = BoxStream<'static, Result<Vec<RecordBatch>, ResultError>>;

/// A result that was written; clones share it.
#[derive(Clone)]
pub struct StoredResult {
    pub(crate) vault: Vault,
    pub(crate) manifest: Arc<Manifest>,
    pub(crate) cache: SegmentCache,
    /// The number of each part's first row.
    pub(crate) starts: Arc<[u64]>,
}

/// Some rows of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Each with its number in the stored result, and the canonical text of its cells; NULL is `None`.
    pub rows: Vec<(u64, Vec<Option<String>>)>,
}

/// Whether opened parts stay in the cache.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    Yes,
    /// For readings of everything, which would push out all else.
    No,
}

impl StoredResult {
    /// A result by its table of contents; nothing is read yet.
    pub fn new(
        objects: Arc<dyn Objects>,
        keyring: Keyring,
        run: RunId,
        attempt: u32,
        manifest: Arc<Manifest>,
        cache: SegmentCache,
    ) -> Self {
        let starts = manifest.segments.iter().scan(0, |next, segment| {
            let start = *next;
            *next += segment.rows;
            Some(start)
        });
        let starts = starts.collect();
        Self { vault: Vault::new(objects, keyring, run, attempt), manifest, cache, starts }
    }

    /// The table of contents.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// All rows as they were stored.
    pub fn stored_order(&self) -> RowOrder {
        RowOrder::stored(self.manifest.rows)
    }

    /// Rows of an order, from `offset`, with these columns.
    ///
    /// # Errors
    /// A part cannot be read, or there is no such column.
    pub async fn page(
        &self,
        order: &RowOrder,
        offset: u64,
        limit: usize,
        columns: &[usize],
    ) -> Result<Page, ResultError> {
        self.manifest.chosen(columns)?;
        let rows = order.range(offset, limit);
        let gathered = self.gather(&rows, columns, Keep::Yes).await?;
        blocking(move || {
            let cells = gathered.batches.iter().map(Cells::of_batch).collect::<Result<Vec<_>, _>>()?;
            let texts = |(batch, row): &(usize, usize)| {
                let columns = cells.get(*batch).map(Vec::as_slice).unwrap_or_default();
                columns.iter().map(|cells| cells.value(*row).map(canonical::text)).collect()
            };
            Ok(Page { rows: rows.into_iter().zip(gathered.places.iter().map(texts)).collect() })
        })
        .await
    }

    /// All rows of an order, with these columns, in bounded memory.
    pub fn batches(
        &self,
        order: &RowOrder,
        columns: &[usize],
    ) -> BoxStream<'static, Result<RecordBatch, ResultError>> {
        if let Err(error) = self.manifest.chosen(columns) {
            return stream::once(async { Err(error) }).boxed();
        }
        let chunks = self.chunks(order, &columns.into());
        chunks.map_ok(|batches| stream::iter(batches.into_iter().map(Ok))).try_flatten().boxed()
    }

    /// Deletes the result's parts and the orders of its views.
    ///
    /// # Errors
    /// The store failed; what is left can be deleted by calling this again.
    pub async fn delete(&self) -> Result<(), ResultError> {
        self.cache.forget(&self.vault.name(""));
        for part in view::slots() {
            self.vault.delete(&part).await?;
        }
        for number in 0..self.manifest.segments.len() {
            self.vault.delete(&number.to_string()).await?;
        }
        Ok(())
    }

    /// The same in pieces of some megabytes, each in one or more batches.
    pub(crate) fn chunks(&self, order: &RowOrder, columns: &Arc<[usize]>) -> Chunks {
        if order.is_stored() {
            self.parts(columns)
        } else {
            self.windows(order, Arc::clone(columns)).map_ok(|batch| vec![batch]).boxed()
        }
    }

    /// Each part's batches with these columns; the next parts are read while one is being used.
    pub(crate) fn parts(&self, columns: &Arc<[usize]>) -> Chunks {
        let (result, columns) = (self.clone(), Arc::clone(columns));
        stream::iter(0..self.manifest.segments.len())
            .map(move |number| {
                // A task of its own, so that it goes on while the consumer is busy with another part.
                let reading = tokio::spawn(result.clone().part(number, Arc::clone(&columns)));
                async { reading.await.unwrap_or(Err(ResultError::Stopped)) }
            })
            .buffered(AT_ONCE)
            .boxed()
    }

    async fn part(self, number: usize, columns: Arc<[usize]>) -> Result<Vec<RecordBatch>, ResultError> {
        let content = self.opened(number, Keep::No).await?;
        let batches = blocking(move || Blocks::open(content, &columns)?.read_all()).await?;
        let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
        let expected = self.manifest.segments.get(number).map(|segment| segment.rows);
        if expected == Some(rows as u64) { Ok(batches) } else { Err(ResultError::Rows) }
    }

    fn windows(
        &self,
        order: &RowOrder,
        columns: Arc<[usize]>,
    ) -> BoxStream<'static, Result<RecordBatch, ResultError>> {
        let row_bytes = (self.manifest.plain_bytes / self.manifest.rows.max(1)).max(1);
        let window = usize::try_from(WINDOW_BYTES / row_bytes).unwrap_or(BATCH_ROWS).max(1);
        let (result, order) = (self.clone(), order.clone());
        stream::iter((0..order.rows()).step_by(window))
            .then(move |offset| {
                let (result, columns) = (result.clone(), Arc::clone(&columns));
                let rows = order.range(offset, window);
                async move { result.gather(&rows, &columns, Keep::No).await.map(Gathered::into_batches) }
            })
            .try_flatten()
            .boxed()
    }

    pub(crate) async fn opened(&self, number: usize, keep: Keep) -> Result<Bytes, ResultError> {
        let part = number.to_string();
        let name = self.vault.name(&part);
        if let Some(content) = self.cache.get(&name) {
            return Ok(content);
        }
        let content = self.vault.open(&part, &format!("segment {number}")).await?;
        if keep == Keep::Yes {
            self.cache.insert(name, content.clone());
        }
        Ok(content)
    }
}

/// Deletes what an attempt left that ended without a table of contents: its worker died.
///
/// # Errors
/// The store failed.
pub async fn delete_attempt(
    objects: Arc<dyn Objects>,
    keyring: Keyring,
    run: RunId,
    attempt: u32,
) -> Result<(), ObjectError> {
    let vault = Vault::new(objects, keyring, run, attempt);
    let mut number = 0_usize;
    loop {
        let part = number.to_string();
        let there = vault.holds(&part).await?;
        vault.delete(&part).await?; // a part half-written counts as not there
        if !there {
            return Ok(());
        }
        number += 1;
    }
}
