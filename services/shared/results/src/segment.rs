//! A part of a result: an Arrow IPC file whose blocks have [`BLOCK_ROWS`] rows each (the last may have fewer), so
//! that a page reads a block or two and not the whole part.

use std::io::Cursor;

use arrow_array::RecordBatch;
use arrow_ipc::CompressionType;
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use arrow_schema::SchemaRef;
use arrow_select::concat::concat_batches;
use bytes::Bytes;

use crate::ResultError;

/// Rows of a block: part of the form of stored results.
pub(crate) const BLOCK_ROWS: usize = 1024;

const ZSTD_LEVEL: i32 = 1;

/// Puts rows together to a part.
pub(crate) fn encode(batch: &RecordBatch) -> Result<Vec<u8>, ResultError> {
    let options = IpcWriteOptions::default()
        .try_with_compression(Some(CompressionType::ZSTD))?
        .try_with_compression_level(Some(ZSTD_LEVEL))?;
    let mut writer = FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options)?;
    for first in (0..batch.num_rows()).step_by(BLOCK_ROWS) {
        writer.write(&batch.slice(first, BLOCK_ROWS.min(batch.num_rows() - first)))?;
    }
    Ok(writer.into_inner()?)
}

/// Gathers batches to one.
pub(crate) fn together(schema: &SchemaRef, batches: &[RecordBatch]) -> Result<RecordBatch, ResultError> {
    Ok(concat_batches(schema, batches)?)
}

/// Some columns of the blocks of a part, read one after the other.
pub(crate) struct Blocks {
    reader: FileReader<Cursor<Bytes>>,
}

impl Blocks {
    /// Opens a part for reading these columns, in this order.
    pub(crate) fn open(content: Bytes, columns: &[usize]) -> Result<Self, ResultError> {
        Ok(Self { reader: FileReader::try_new(Cursor::new(content), Some(columns.to_vec()))? })
    }

    /// How many blocks there are.
    pub(crate) fn count(&self) -> usize {
        self.reader.num_batches()
    }

    /// Reads a block.
    pub(crate) fn read(&mut self, block: usize) -> Result<RecordBatch, ResultError> {
        if block >= self.count() {
            return Err(ResultError::Rows);
        }
        self.reader.set_index(block)?;
        Ok(self.reader.next().ok_or(ResultError::Rows)??)
    }

    /// Reads all blocks.
    pub(crate) fn read_all(mut self) -> Result<Vec<RecordBatch>, ResultError> {
        (0..self.count()).map(|block| self.read(block)).collect()
    }
}
