//! Stored results of queries: columns in an object store, read by page, sorted and filtered, exported as files.

mod kind;
mod objects;

pub use kind::ColumnKind;
pub use objects::{ObjectError, Objects};
