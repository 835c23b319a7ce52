//! Stored results of queries: columns in an object store, read by page, sorted and filtered, exported as files.

mod blocking;
mod cache;
mod canonical;
mod digest;
mod error;
mod export;
mod filter;
mod format;
mod gather;
mod key;
mod kind;
mod manifest;
mod objects;
mod order;
mod parse;
mod segment;
mod sort;
mod stored;
mod value;
mod vault;
mod view;
mod writer;

pub use cache::SegmentCache;
pub use error::ResultError;
pub use export::{CertificateText, ExportError, Exported, FileSink, SinkClosed, export};
pub use format::{Format, UnknownFormat};
pub use kind::{ColumnKind, UnknownKind};
pub use manifest::{Manifest, Segment, StoredColumn};
pub use objects::{ObjectError, Objects};
pub use order::RowOrder;
pub use stored::{Page, StoredResult, delete_attempt};
pub use view::{Condition, Operator, SortKey, ViewSpec};
pub use writer::ResultWriter;
