//! The hash of a result's values, which is the same however the rows were cut into parts.
//!
//! SHA-256 over: the number of columns (u32), for each column its name and the word for its kind (each as length
//! in bytes, u32, and UTF-8); then row by row, for each cell one tag byte and the value:
//!
//! | tag | kind | value |
//! |---|---|---|
//! | 0 | NULL | nothing |
//! | 1 | boolean | one byte, 0 or 1 |
//! | 2 | integer | i64 |
//! | 3 | number | the bits of the f64 as u64; every NaN as `7ff8000000000000` |
//! | 4, 5, 10 | decimal, text, binary | length in bytes (u64), then the bytes |
//! | 6 | date | days since 1970-01-01, i32 |
//! | 7 | time | microseconds since midnight, i64 |
//! | 8, 9 | timestamp, timestamp with zone | microseconds since 1970-01-01T00:00:00, i64 |
//!
//! All numbers are little-endian. What ends a row needs no mark, since the number of columns is known.

use arrow_array::RecordBatch;
use arrow_schema::Schema;
use sha2::{Digest, Sha256};

use crate::value::{Cells, Value};
use crate::{ColumnKind, ResultError};

const BUFFER: usize = 64 * 1024;

/// Takes rows in order and gives their hash.
pub(crate) struct RowDigest {
    sha256: Sha256,
    buffer: Vec<u8>,
}

impl RowDigest {
    /// Begins with the columns.
    pub(crate) fn new(schema: &Schema) -> Self {
        let mut buffer = Vec::with_capacity(BUFFER + 1024);
        buffer.extend_from_slice(&length(schema.fields().len()).to_le_bytes());
        for field in schema.fields() {
            for word in [field.name().as_str(), ColumnKind::of(field).as_str()] {
                buffer.extend_from_slice(&length(word.len()).to_le_bytes());
                buffer.extend_from_slice(word.as_bytes());
            }
        }
        Self { sha256: Sha256::new(), buffer }
    }

    /// Takes the next rows.
    pub(crate) fn update(&mut self, batch: &RecordBatch) -> Result<(), ResultError> {
        let columns = Cells::of_batch(batch)?;
        for row in 0..batch.num_rows() {
            for cells in &columns {
                self.cell(cells.value(row));
            }
            if self.buffer.len() >= BUFFER {
                self.drain();
            }
        }
        Ok(())
    }

    /// The hash in hexadecimal.
    pub(crate) fn finish(mut self) -> String {
        self.drain();
        hex::encode(self.sha256.finalize())
    }

    #[inline]
    fn cell(&mut self, value: Option<Value<'_>>) {
        match value {
            None => self.buffer.push(0),
            Some(Value::Boolean(value)) => self.buffer.extend_from_slice(&[1, u8::from(value)]),
            Some(Value::Integer(value)) => self.fixed(2, value.to_le_bytes()),
            Some(Value::Number(value)) => {
                let canonical = if value.is_nan() { f64::NAN } else { value };
                self.fixed(3, canonical.to_bits().to_le_bytes());
            }
            Some(Value::Decimal(value)) => self.bytes(4, value.as_bytes()),
            Some(Value::Text(value)) => self.bytes(5, value.as_bytes()),
            Some(Value::Date(value)) => self.fixed(6, value.to_le_bytes()),
            Some(Value::Time(value)) => self.fixed(7, value.to_le_bytes()),
            Some(Value::Timestamp(value)) => self.fixed(8, value.to_le_bytes()),
            Some(Value::TimestampTz(value)) => self.fixed(9, value.to_le_bytes()),
            Some(Value::Binary(value)) => self.bytes(10, value),
        }
    }

    fn fixed<const N: usize>(&mut self, tag: u8, value: [u8; N]) {
        self.buffer.push(tag);
        self.buffer.extend_from_slice(&value);
    }

    fn bytes(&mut self, tag: u8, value: &[u8]) {
        self.fixed(tag, (value.len() as u64).to_le_bytes());
        if value.len() < BUFFER {
            self.buffer.extend_from_slice(value);
        } else {
            self.drain();
            self.sha256.update(value); // a long value is not copied
        }
    }

    fn drain(&mut self) {
        self.sha256.update(&self.buffer);
        self.buffer.clear();
    }
}

fn length(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Float64Array, Int64Array, StringArray};

    use super::*;

    fn hash(columns: &[(ColumnKind, ArrayRef)]) -> String {
        let fields: Vec<_> = columns.iter().map(|(kind, _)| kind.field("c")).collect();
        let schema = Arc::new(Schema::new(fields));
        let arrays = columns.iter().map(|(_, array)| Arc::clone(array)).collect();
        let batch = RecordBatch::try_new(Arc::clone(&schema), arrays).unwrap();
        let mut digest = RowDigest::new(&schema);
        digest.update(&batch).unwrap();
        digest.finish()
    }

    #[test]
    fn the_encoding_is_as_documented() {
        let integers: ArrayRef = Arc::new(Int64Array::from(vec![Some(-1), None]));
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("é"), Some("")]));
        let mut expected: Vec<u8> = vec![2, 0, 0, 0];
        for word in ["c", "integer", "c", "text"] {
            expected.extend_from_slice(&u32::try_from(word.len()).unwrap().to_le_bytes());
            expected.extend_from_slice(word.as_bytes());
        }
        expected.push(2);
        expected.extend_from_slice(&[0xff; 8]);
        expected.extend_from_slice(&[5, 2, 0, 0, 0, 0, 0, 0, 0, 0xc3, 0xa9]);
        expected.push(0);
        expected.extend_from_slice(&[5, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(
            hash(&[(ColumnKind::Integer, integers), (ColumnKind::Text, texts)]),
            hex::encode(Sha256::digest(expected))
        );
    }

    #[test]
    fn every_nan_is_the_same_and_zeros_differ() {
        let number = |value: f64| hash(&[(ColumnKind::Number, Arc::new(Float64Array::from(vec![value])))]);
        assert_eq!(number(f64::NAN), number(f64::from_bits(0xfff8_0000_0000_0001)));
        assert_ne!(number(0.0), number(-0.0));
    }

    #[test]
    fn long_values_count_like_short_ones() {
        let long = "x".repeat(3 * BUFFER);
        let texts: ArrayRef = Arc::new(StringArray::from(vec![long.as_str()]));
        let mut expected: Vec<u8> = vec![1, 0, 0, 0, 1, 0, 0, 0, b'c', 4, 0, 0, 0, b't', b'e', b'x', b't', 5];
        expected.extend_from_slice(&(long.len() as u64).to_le_bytes());
        expected.extend_from_slice(long.as_bytes());
        assert_eq!(hash(&[(ColumnKind::Text, texts)]), hex::encode(Sha256::digest(expected)));
    }
}
