//! Sorts row numbers by the values of columns, in memory that depends on the number of rows alone.
//!
//! Each row has a key (module `key`), as long as its values. A round reads the next stretch of the keys of all rows
//! whose order is still open: 16 bytes each if these are many, up to 1024 if they are few. Rows that are equal so far
//! go to the next round, which reads the columns again. Most orders are settled in the first round; texts that agree
//! in their first thousands of characters take more.

use std::ops::Range;

use arrow_array::RecordBatch;

use crate::ResultError;
use crate::key::{Window, push_cell};
use crate::value::Cells;

/// Most rows that are sorted: each takes about 45 bytes.
pub(crate) const MOST_ROWS: usize = 3_000_000;

/// Memory for the stretches of keys of a round, within the limits of a stretch.
const KEYS_BYTES: usize = 16 * 1024 * 1024;
const STRETCH: Range<usize> = 16..1024;

/// Rows on their way into order.
pub(crate) struct Sorting {
    /// For each column that is read, whether it descends.
    descending: Vec<bool>,
    /// In order, but for the groups.
    rows: Vec<u32>,
    /// Rows that are equal so far, as places in `rows`.
    groups: Vec<Range<usize>>,
    /// How many bytes of keys were compared.
    depth: usize,
}

impl Sorting {
    /// Begins with rows in stored order.
    ///
    /// # Errors
    /// There are too many rows.
    pub(crate) fn new(rows: Vec<u32>, descending: Vec<bool>) -> Result<Self, ResultError> {
        if rows.len() > MOST_ROWS {
            return Err(ResultError::TooManyRows(MOST_ROWS));
        }
        let all = 0..rows.len();
        Ok(Self { descending, rows, groups: if all.len() > 1 { vec![all] } else { Vec::new() }, depth: 0 })
    }

    /// The next round, or the rows in order.
    pub(crate) fn next(mut self) -> Result<Round, Vec<u32>> {
        if self.groups.is_empty() {
            return Err(self.rows);
        }
        let places = self.groups.iter().cloned().flatten();
        let mut members: Vec<_> = places
            .filter_map(|place| {
                Some(Member { row: *self.rows.get(place)?, place: u32::try_from(place).ok()? })
            })
            .collect();
        members.sort_unstable_by_key(|member| member.row);
        for (slot, member) in (0..).zip(&members) {
            if let Some(row) = self.rows.get_mut(member.place as usize) {
                *row = slot;
            }
        }
        let width = (KEYS_BYTES / members.len()).clamp(STRETCH.start, STRETCH.end);
        let keys = vec![0; members.len() * width];
        let open = Vec::with_capacity(members.len());
        Ok(Round { sorting: self, members, width, keys, open })
    }
}

/// A row of a group; its index among the members is its slot. Slots ascend with row numbers.
#[derive(Clone, Copy)]
struct Member {
    row: u32,
    place: u32,
}

/// A reading of the columns. While it goes on, the places of members hold their slots.
pub(crate) struct Round {
    sorting: Sorting,
    members: Vec<Member>,
    width: usize,
    /// A stretch for each member, zeroed.
    keys: Vec<u8>,
    /// For each member that was read, whether its key goes on.
    open: Vec<bool>,
}

/// The first eight bytes of a stretch as two numbers, and the slot.
type Ranked = ([u32; 2], u32);

impl Round {
    /// Reads a batch; its first row has number `first`. Batches come in stored order.
    pub(crate) fn read(&mut self, batch: &RecordBatch, first: u32) -> Result<(), ResultError> {
        let columns = Cells::of_batch(batch)?;
        let (depth, width) = (self.sorting.depth, self.width);
        let begun = self.open.len();
        let members = self.members.get(begun..).unwrap_or_default();
        let stretches = self.keys.chunks_exact_mut(width).skip(begun);
        for (member, stretch) in members.iter().zip(stretches) {
            let row = (member.row - first) as usize;
            if row >= batch.num_rows() {
                break;
            }
            let mut window = Window::new(depth, stretch);
            for (cells, descending) in columns.iter().zip(&self.sorting.descending) {
                if window.more() {
                    break;
                }
                push_cell(cells.value(row), *descending, &mut window);
            }
            self.open.push(window.more());
        }
        Ok(())
    }

    /// Orders the groups by what was read.
    pub(crate) fn finish(mut self) -> Result<Sorting, ResultError> {
        if self.open.len() != self.members.len() {
            return Err(ResultError::Rows);
        }
        let mut groups = Vec::new();
        let mut ranked = Vec::new();
        for group in std::mem::take(&mut self.sorting.groups) {
            self.rank(&group, &mut ranked);
            self.settle(&group, &ranked, &mut groups);
        }
        let Self { mut sorting, width, .. } = self;
        sorting.groups = groups;
        sorting.depth += width;
        Ok(sorting)
    }

    fn rank(&self, group: &Range<usize>, ranked: &mut Vec<Ranked>) {
        ranked.clear();
        let slots = self.sorting.rows.get(group.clone()).unwrap_or_default();
        ranked.extend(slots.iter().map(|slot| (head(self.stretch(*slot)), *slot)));
        ranked.sort_unstable_by(|one, other| {
            let by_head = one.0.cmp(&other.0);
            by_head
                .then_with(|| self.stretch(one.1).cmp(self.stretch(other.1)))
                .then_with(|| one.1.cmp(&other.1))
        });
    }

    /// Writes rows back to their places and finds those that are still equal.
    fn settle(&mut self, group: &Range<usize>, ranked: &[Ranked], groups: &mut Vec<Range<usize>>) {
        for (place, (_, slot)) in group.clone().zip(ranked) {
            if let (Some(row), Some(member)) =
                (self.sorting.rows.get_mut(place), self.members.get(*slot as usize))
            {
                *row = member.row;
            }
        }
        let mut start = group.start;
        for equal in
            ranked.chunk_by(|one, other| one.0 == other.0 && self.stretch(one.1) == self.stretch(other.1))
        {
            let end = start + equal.len();
            let goes_on = |(_, slot): &Ranked| self.open.get(*slot as usize).copied().unwrap_or_default();
            if equal.len() > 1 && equal.first().is_some_and(goes_on) {
                groups.push(start..end);
            }
            start = end;
        }
    }

    fn stretch(&self, slot: u32) -> &[u8] {
        let start = slot as usize * self.width;
        self.keys.get(start..start + self.width).unwrap_or_default()
    }
}

fn head(stretch: &[u8]) -> [u32; 2] {
    let (words, _) = stretch.as_chunks::<4>();
    let word = |index: usize| words.get(index).map_or(0, |word| u32::from_be_bytes(*word));
    [word(0), word(1)]
}
