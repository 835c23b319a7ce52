//! The part of an export that keeps a processor busy: encoding and hashing.

use std::fs::File;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use sha2::{Digest, Sha256};

use super::delimited::{Csv, Delimited, Tsv};
use super::parquet::Parquet;
use super::xlsx::Xlsx;
use super::{CertificateText, ExportError, Exported};
use crate::Format;
use crate::digest::RowDigest;

/// Makes a file of rows.
pub(super) trait Encoder: Send {
    /// Appends the next rows to the file, or to what becomes part of it later.
    fn write(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) -> Result<(), ExportError>;

    /// Appends the end, or gives a file that is all there is.
    fn finish(self: Box<Self>, out: &mut Vec<u8>) -> Result<Option<File>, ExportError>;
}

/// Encodes and hashes.
pub(super) struct Press {
    encoder: Box<dyn Encoder>,
    /// The hash that the rows must have, and the one that they have so far.
    values: Option<(String, RowDigest)>,
    count: Count,
}

struct Count {
    rows: u64,
    bytes: u64,
    sha256: Sha256,
}

/// The end of an export.
pub(super) struct Ending {
    rest: Vec<u8>,
    /// What is still to be sent, if the file was put together aside.
    pub(super) file: Option<File>,
    count: Count,
}

impl Press {
    /// A press, and the beginning of the file.
    pub(super) fn new(
        schema: SchemaRef,
        format: Format,
        certificate: CertificateText,
        expected: Option<String>,
    ) -> Result<(Self, Vec<u8>), ExportError> {
        let mut out = Vec::new();
        let values = expected.map(|hash| (hash, RowDigest::new(&schema)));
        let encoder: Box<dyn Encoder> = match format {
            Format::Csv => Box::new(Delimited::new(Csv, &schema, &mut out)),
            Format::Tsv => Box::new(Delimited::new(Tsv, &schema, &mut out)),
            Format::Xlsx => Box::new(Xlsx::new(schema, certificate)?),
            Format::Parquet => Box::new(Parquet::new(schema, certificate)?),
        };
        let mut count = Count { rows: 0, bytes: 0, sha256: Sha256::new() };
        count.take(&out);
        Ok((Self { encoder, values, count }, out))
    }

    /// Encodes rows.
    pub(super) fn encode(mut self, batches: &[RecordBatch]) -> Result<(Self, Vec<u8>), ExportError> {
        let mut out = Vec::new();
        for batch in batches {
            if let Some((_, digest)) = &mut self.values {
                digest.update(batch)?;
            }
            self.encoder.write(batch, &mut out)?;
            self.count.rows += batch.num_rows() as u64;
        }
        self.count.take(&out);
        Ok((self, out))
    }

    /// Ends the file, if its rows are the right ones.
    pub(super) fn end(self) -> Result<Ending, ExportError> {
        if self.values.is_some_and(|(expected, digest)| digest.finish() != expected) {
            return Err(ExportError::Differs);
        }
        let mut rest = Vec::new();
        let file = self.encoder.finish(&mut rest)?;
        let mut count = self.count;
        count.take(&rest);
        Ok(Ending { rest, file, count })
    }
}

impl Count {
    fn take(&mut self, content: &[u8]) {
        self.sha256.update(content);
        self.bytes += content.len() as u64;
    }
}

impl Ending {
    /// The end of a file that was sent as it was made.
    pub(super) fn take_rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.rest)
    }

    /// Counts content that is read from the file put together aside.
    pub(super) fn count(&mut self, content: &[u8]) {
        self.count.take(content);
    }

    /// What was exported in all.
    pub(super) fn exported(self) -> Exported {
        let Count { rows, bytes, sha256 } = self.count;
        Exported { rows, bytes, sha256: hex::encode(sha256.finalize()) }
    }
}
