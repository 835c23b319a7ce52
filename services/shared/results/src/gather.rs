//! Finds rows wherever they are stored, for pages and for orders that are not the stored one.

use std::sync::Arc;

use arrow_array::{RecordBatch, UInt32Array};
use arrow_select::interleave::interleave_record_batch;
use arrow_select::take::take_record_batch;
use bytes::Bytes;
use futures::stream::{self, BoxStream, StreamExt as _, TryStreamExt as _};

use crate::blocking::blocking;
use crate::segment::{BLOCK_ROWS, Blocks};
use crate::stored::{AT_ONCE, Keep};
use crate::{ResultError, StoredResult};

/// Rows of a batch that is put together from several parts.
pub(crate) const BATCH_ROWS: usize = 4096;

impl StoredResult {
    /// Finds rows wherever they are.
    pub(crate) async fn gather(
        &self,
        rows: &[u64],
        columns: &[usize],
        keep: Keep,
    ) -> Result<Gathered, ResultError> {
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
pub(crate) struct Gathered {
    pub(crate) batches: Vec<RecordBatch>,
    pub(crate) places: Vec<(usize, usize)>,
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
    pub(crate) fn into_batches(self) -> BoxStream<'static, Result<RecordBatch, ResultError>> {
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
