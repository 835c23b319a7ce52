//! The order in which rows of a result are shown.

use bytes::Bytes;

/// Numbers of rows, in the order of a view; clones share them.
#[derive(Debug, Clone)]
pub struct RowOrder(Order);

#[derive(Debug, Clone)]
enum Order {
    /// All rows as they were stored.
    Stored(u64),
    /// Chosen rows: their numbers, 4 bytes each, little-endian.
    Chosen(Bytes),
}

const NUMBER: usize = size_of::<u32>();

impl RowOrder {
    pub(crate) fn stored(rows: u64) -> Self {
        Self(Order::Stored(rows))
    }

    /// Reads an order that was kept as bytes.
    pub(crate) fn read(numbers: Bytes) -> Self {
        Self(Order::Chosen(numbers))
    }

    /// Rows by number, in the given order.
    pub fn of(rows: &[u32]) -> Self {
        Self::read(to_bytes(rows).into())
    }

    /// How many rows it has.
    pub fn rows(&self) -> u64 {
        match &self.0 {
            Order::Stored(rows) => *rows,
            Order::Chosen(numbers) => (numbers.len() / NUMBER) as u64,
        }
    }

    /// Whether these are all rows as they were stored.
    pub fn is_stored(&self) -> bool {
        matches!(self.0, Order::Stored(_))
    }

    /// Row numbers from `offset` on, at most `limit`.
    pub(crate) fn range(&self, offset: u64, limit: usize) -> Vec<u64> {
        let end = self.rows().min(offset.saturating_add(limit as u64));
        match &self.0 {
            Order::Stored(_) => (offset..end).collect(),
            Order::Chosen(numbers) => {
                let at = |row: u64| usize::try_from(row).unwrap_or(usize::MAX).saturating_mul(NUMBER);
                let bytes = numbers.get(at(offset)..at(end)).unwrap_or_default();
                bytes
                    .as_chunks::<NUMBER>()
                    .0
                    .iter()
                    .map(|number| u64::from(u32::from_le_bytes(*number)))
                    .collect()
            }
        }
    }
}

/// The bytes of an order, to be kept.
pub(crate) fn to_bytes(rows: &[u32]) -> Vec<u8> {
    rows.iter().flat_map(|row| row.to_le_bytes()).collect()
}
