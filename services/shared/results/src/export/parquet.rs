//! Parquet: the columns as they are, with the certificate as metadata of the file.

use std::fs::File;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::press::Encoder;
use super::{CertificateText, ExportError};

/// Size of a row group, which is built in memory.
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// Writes row groups.
pub(super) struct Parquet {
    writer: ArrowWriter<Vec<u8>>,
}

impl Parquet {
    /// Begins a file.
    pub(super) fn new(schema: SchemaRef, certificate: CertificateText) -> Result<Self, ExportError> {
        let certificate = certificate.0.into_iter().map(|(label, value)| KeyValue::new(label, value));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
            .set_key_value_metadata(Some(certificate.collect()))
            .build();
        Ok(Self { writer: ArrowWriter::try_new(Vec::new(), schema, Some(properties))? })
    }

    /// Moves on what the writer has finished; it counts positions by itself.
    fn drain(&mut self, out: &mut Vec<u8>) {
        out.append(self.writer.inner_mut());
    }
}

impl Encoder for Parquet {
    fn write(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), ExportError> {
        self.writer.write(batch)?;
        if self.writer.in_progress_size() >= GROUP_BYTES || self.writer.memory_size() >= 2 * GROUP_BYTES {
            self.writer.flush()?;
        }
        self.drain(out);
        Ok(())
    }

    fn finish(mut self: Box<Self>, out: &mut Vec<u8>) -> Result<Option<File>, ExportError> {
        self.writer.finish()?;
        self.drain(out);
        Ok(None)
    }
}
