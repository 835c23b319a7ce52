//! A result as a file, written in bounded memory: one piece of rows is read, one encoded and one sent at a time.
//!
//! The whole result in stored order must have the hash of its manifest; otherwise the export fails at its end, and
//! the reader must not take the file for complete.

mod certificate;
mod delimited;
mod formula;
mod parquet;
mod press;
mod xlsx;

use std::io::Read as _;
use std::sync::Arc;

use arrow_schema::Schema;
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use thiserror::Error;

pub use certificate::CertificateText;
use press::{Ending, Press};

use crate::blocking::blocking;
use crate::{Format, ResultError, RowOrder, StoredResult};

/// Size of the parts of a file that a sink gets.
const PART_BYTES: usize = 128 * 1024;

/// Where a file goes.
#[async_trait]
pub trait FileSink: Send {
    /// Takes the next part.
    async fn write(&mut self, part: Bytes) -> Result<(), SinkClosed>;
}

/// Nobody wants the rest of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the file's reader has gone")]
pub struct SinkClosed;

/// What was exported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Rows, without headers.
    pub rows: u64,
    /// Size of the file.
    pub bytes: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// A file could not be written.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The result cannot be read.
    #[error(transparent)]
    Result(#[from] ResultError),
    /// Nobody wants the rest of the file.
    #[error(transparent)]
    Closed(#[from] SinkClosed),
    /// The rows are not those that were stored.
    #[error("the rows are not those of the result")]
    Differs,
    /// The workbook cannot be made, for instance since it has too many columns.
    #[error("the workbook cannot be made")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// The Parquet file cannot be made.
    #[error("the Parquet file cannot be made")]
    Parquet(#[from] ::parquet::errors::ParquetError),
    /// The file that a workbook is put together in cannot be used.
    #[error("the temporary file cannot be used")]
    Temporary(#[from] std::io::Error),
}

/// Writes the rows of an order, with these columns, as a file.
///
/// # Errors
/// The sink is closed, the result cannot be read, or its rows are not those that were stored. What the sink got by
/// then is not a complete file.
pub async fn export(
    result: &StoredResult,
    order: &RowOrder,
    columns: &[usize],
    format: Format,
    certificate: &CertificateText,
    sink: &mut dyn FileSink,
) -> Result<Exported, ExportError> {
    let manifest = result.manifest();
    let chosen = manifest.chosen(columns)?;
    let schema = Schema::new(chosen.iter().map(|column| column.kind.field(&column.name)).collect::<Vec<_>>());
    let whole = order.is_stored() && columns.iter().copied().eq(0..manifest.columns.len());
    let expected = whole.then(|| manifest.sha256.clone());
    let (mut press, mut ready) = Press::new(Arc::new(schema), format, certificate.clone(), expected)?;

    let mut chunks = result.chunks(order, &columns.into());
    while let Some(batches) = chunks.next().await {
        let batches = batches?;
        let encoding = blocking(move || press.encode(&batches));
        let (encoded, sent) = futures::future::join(encoding, send(sink, ready)).await;
        sent?;
        (press, ready) = encoded?;
    }
    let (ending, sent) = futures::future::join(blocking(move || press.end()), send(sink, ready)).await;
    sent?;
    let mut ending = ending?;
    send(sink, ending.take_rest()).await?;
    while let Some(part) = {
        let (returned, part) = blocking(move || read_on(ending)).await?;
        ending = returned;
        part
    } {
        sink.write(part).await?;
    }
    Ok(ending.exported())
}

/// The next part of a file that was put together aside.
fn read_on(mut ending: Ending) -> Result<(Ending, Option<Bytes>), ExportError> {
    let Some(file) = &mut ending.file else { return Ok((ending, None)) };
    let mut part = Vec::with_capacity(PART_BYTES);
    file.take(PART_BYTES as u64).read_to_end(&mut part)?;
    if part.is_empty() {
        return Ok((ending, None));
    }
    ending.count(&part);
    Ok((ending, Some(part.into())))
}

async fn send(sink: &mut dyn FileSink, content: Vec<u8>) -> Result<(), SinkClosed> {
    let mut content = Bytes::from(content);
    while !content.is_empty() {
        let part = content.split_to(content.len().min(PART_BYTES));
        sink.write(part).await?;
    }
    Ok(())
}
