//! Reads a stored result: pages and streams of rows, in any order.

use std::sync::Arc;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_select::interleave::interleave_record_batch;
use arrow_select::take::take_record_batch;
use bytes::Bytes;
use coffer_store::Keyring;
use coffer_types::RunId;
use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};

use crate::blocking::blocking;
use crate::order::RowOrder;
use crate::segment::{BLOCK_ROWS, Blocks};
use crate::value::Cells;
use crate::vault::Vault;
use crate::{Manifest, ObjectError, Objects, ResultError, SegmentCache, canonical, view};

/// Parts that are read at the same time.
const AT_ONCE: usize = 2;
/// Rows of a batch that is put together from several parts.
const BATCH_ROWS: usize = 4096;
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
    starts: Arc<[u64]>,
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

    /// Finds rows wherever they are.
    async fn gather(&self, rows: &[u64], columns: &[usize], keep: Keep) -> Result<Gathered, ResultError> {
        let wanted = self.wanted(rows)?;
        let reading = wanted.into_iter().map(|(number, rows)| {
            let (result, columns) = (self.clone(), columns.to_vec());
            async move {
                let content = result.opened(number, keep).await?;
                blocking(move || take(content, &columns, &rows)).await
            }
        });
        let taken: Vec<Taken> = stream::iter(reading).buffered(AT_ONCE).try_collect().await?;
        Ok(Gathered::new(rows.len(), taken))
    }

    /// Sorts wanted rows by part; within a part they ascend.
    fn wanted(&self, rows: &[u64]) -> Result<Vec<(usize, Vec<Wanted>)>, ResultError> {
        let mut ascending: Vec<_> = rows.iter().copied().enumerate().collect();
        ascending.sort_unstable_by_key(|(_, row)| *row);
        let mut parts: Vec<(usize, Vec<Wanted>)> = Vec::new();
        for (place, row) in ascending {
            let number = self.starts.partition_point(|start| *start <= row).saturating_sub(1);
            let start = self.starts.get(number).ok_or(ResultError::Rows)?;
            let wanted = Wanted { place, row: usize::try_from(row - start).map_err(|_| ResultError::Rows)? };
            match parts.last_mut() {
                Some((last, rows)) if *last == number => rows.push(wanted),
                _ => parts.push((number, vec![wanted])),
            }
        }
        Ok(parts)
    }

    async fn opened(&self, number: usize, keep: Keep) -> Result<Bytes, ResultError> {
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

/// A row of a part, and its place among the rows that are wanted.
struct Wanted {
    place: usize,
    row: usize,
}

/// Rows of one part: batches, and for each row its place, its batch and its row there.
struct Taken {
    batches: Vec<RecordBatch>,
    places: Vec<(usize, usize, usize)>,
}

/// Takes rows out of a part; only their blocks are read.
fn take(content: Bytes, columns: &[usize], wanted: &[Wanted]) -> Result<Taken, ResultError> {
    let mut blocks = Blocks::open(content, columns)?;
    let mut taken = Taken { batches: Vec::new(), places: Vec::with_capacity(wanted.len()) };
    for rows in wanted.chunk_by(|one, other| one.row / BLOCK_ROWS == other.row / BLOCK_ROWS) {
        let Some(first) = rows.first() else { continue };
        let block = blocks.read(first.row / BLOCK_ROWS)?;
        let indices: Vec<u32> =
            rows.iter().filter_map(|wanted| u32::try_from(wanted.row % BLOCK_ROWS).ok()).collect();
        if indices.iter().any(|index| *index as usize >= block.num_rows()) {
            return Err(ResultError::Rows);
        }
        let batch = taken.batches.len();
        taken.places.extend(rows.iter().enumerate().map(|(row, wanted)| (wanted.place, batch, row)));
        taken.batches.push(take_record_batch(&block, &UInt32Array::from(indices))?);
    }
    Ok(taken)
}

/// Rows that were found: batches, and for each wanted row its batch and its row there.
struct Gathered {
    batches: Vec<RecordBatch>,
    places: Vec<(usize, usize)>,
}

impl Gathered {
    fn new(rows: usize, taken: Vec<Taken>) -> Self {
        let mut gathered = Self { batches: Vec::new(), places: vec![(0, 0); rows] };
        for part in taken {
            let before = gathered.batches.len();
            for (place, batch, row) in part.places {
                if let Some(entry) = gathered.places.get_mut(place) {
                    *entry = (before + batch, row);
                }
            }
            gathered.batches.extend(part.batches);
        }
        gathered
    }

    /// The rows in the order in which they were wanted.
    fn into_batches(self) -> BoxStream<'static, Result<RecordBatch, ResultError>> {
        let gathered = Arc::new(self);
        stream::iter((0..gathered.places.len()).step_by(BATCH_ROWS))
            .then(move |first| {
                let gathered = Arc::clone(&gathered);
                blocking(move || {
                    let last = gathered.places.len().min(first + BATCH_ROWS);
                    let places = gathered.places.get(first..last).unwrap_or_default();
                    let batches: Vec<_> = gathered.batches.iter().collect();
                    Ok(interleave_record_batch(&batches, places)?)
                })
            })
            .boxed()
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
