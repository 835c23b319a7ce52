//! What can go wrong with a stored result.

use arrow_schema::ArrowError;
use coffer_store::SealError;
use thiserror::Error;

use crate::{ColumnKind, ObjectError};

/// A result could not be written or read.
#[derive(Debug, Error)]
pub enum ResultError {
    /// The object store failed, or a part of the result is gone.
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// A part was changed, moved, or sealed with a key that is no longer there.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// A part is no Arrow file, or rows have another form than the result.
    #[error("a part of the result cannot be read")]
    Arrow(#[from] ArrowError),
    /// A batch of rows has other columns than the result.
    #[error("the rows have other columns than the result")]
    Columns,
    /// A part holds fewer rows than the manifest says.
    #[error("a part of the result has fewer rows than it should")]
    Rows,
    /// There is no column with this index.
    #[error("the result has no such column")]
    NoColumn,
    /// A filter's value cannot be read as the kind of its column.
    #[error("the filter's value is not of the column's kind ({0})")]
    NotOfKind(ColumnKind),
    /// More columns to sort by than is possible.
    #[error("a result can be sorted by at most {0} columns")]
    TooManySortColumns(usize),
    /// More rows to sort than fit in memory.
    #[error("at most {0} rows can be sorted: filter them first")]
    TooManyRows(usize),
    /// The work was stopped half-way: the process is going down.
    #[error("the work on the result was stopped")]
    Stopped,
}
