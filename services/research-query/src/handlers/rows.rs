//! Rows of a page: as many as one message can carry, long text cut, highlights marked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::{self, Cell, Mark, Row};
use coffer_results::{ResultError, RowOrder, StoredResult};
use prost::Message as _;

use super::highlights;
use super::results::unreadable;
use crate::domain::{cut, highlighter};
use crate::highlighters::Ready;

/// Bytes of rows in an answer, without marks.
const MOST_BYTES: usize = 3 * 1024 * 1024;
/// Memory for rows that are read ahead of what the answer may hold.
const READ_BYTES: u64 = 2 * 1024 * 1024;
/// Findings of highlights in a page: each makes a mark or two of some bytes.
const MOST_FINDINGS: usize = 100_000;
/// How long the highlights of a page may be looked for.
const PATIENCE: Duration = Duration::from_secs(2);

/// How rows are shown.
pub(super) struct Looks {
    /// Characters after which text is cut; 0: never.
    pub(super) cut_after: usize,
    /// What is marked.
    pub(super) ready: Option<Arc<Ready>>,
}

/// Reads rows of an order from `offset`: `limit`, or fewer when they are large.
pub(super) async fn read(
    result: &StoredResult,
    order: &RowOrder,
    columns: &[usize],
    offset: u64,
    limit: usize,
    looks: Looks,
) -> Result<Vec<Row>, Refusal> {
    let manifest = result.manifest();
    let row_bytes = (manifest.plain_bytes / manifest.rows.max(1)).max(1);
    let step = usize::try_from(READ_BYTES / row_bytes).unwrap_or(limit).clamp(1, limit);
    let (mut rows, mut bytes): (Vec<Row>, usize) = (Vec::new(), 0);
    while rows.len() < limit {
        let page =
            result.page(order, offset + rows.len() as u64, step.min(limit - rows.len()), columns).await;
        let page = page.map_err(|error| unreadable(&error))?;
        if page.rows.is_empty() {
            break;
        }
        for (number, texts) in page.rows {
            let row = row(number, texts, looks.cut_after);
            bytes += row.encoded_len();
            if bytes > MOST_BYTES && !rows.is_empty() {
                return mark(rows, looks.ready).await;
            }
            rows.push(row);
        }
    }
    mark(rows, looks.ready).await
}

fn row(number: u64, texts: Vec<Option<String>>, cut_after: usize) -> Row {
    let share = MOST_BYTES / texts.len().max(1);
    let cell = |text: Option<String>| {
        let Some(text) = text else { return Cell::default() };
        let (text, cut) = cut::after_characters(text, cut_after);
        Cell { text: Some(text), cut, marks: Vec::new() }
    };
    let mut row = Row { number, cells: texts.into_iter().map(cell).collect() };
    if row.encoded_len() > MOST_BYTES {
        // One row that no message could carry: each cell gets its share of the room.
        for cell in &mut row.cells {
            let Some(text) = cell.text.take() else { continue };
            let (text, cut) = cut::to_bytes(text, share);
            (cell.text, cell.cut) = (Some(text), cell.cut || cut);
        }
    }
    row
}

async fn mark(mut rows: Vec<Row>, ready: Option<Arc<Ready>>) -> Result<Vec<Row>, Refusal> {
    let Some(ready) = ready.filter(|ready| !ready.highlights.is_empty()) else { return Ok(rows) };
    let marking = tokio::task::spawn_blocking(move || {
        let (began, mut findings) = (Instant::now(), 0);
        let mut go_on = || {
            findings += 1;
            findings <= MOST_FINDINGS && began.elapsed() < PATIENCE
        };
        for cell in rows.iter_mut().flat_map(|row| &mut row.cells) {
            let text = cell.text.as_deref().unwrap_or_default();
            cell.marks = ready.highlighter.marks(text, &mut go_on).into_iter().filter_map(message).collect();
        }
        rows
    });
    marking.await.map_err(|_| unreadable(&ResultError::Stopped))
}

fn message(mark: highlighter::Mark) -> Option<Mark> {
    let number = |number: usize| u32::try_from(number).ok();
    Some(Mark { start: number(mark.start)?, end: number(mark.end)?, highlight: number(mark.term)? })
}

impl Looks {
    /// The highlights that marks count in.
    pub(super) fn highlights(&self) -> Vec<v1::Highlight> {
        let ready = self.ready.iter();
        ready.flat_map(|ready| &ready.highlights).map(highlights::message).collect()
    }
}
