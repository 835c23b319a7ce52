//! What is known of a stored result: its columns, its parts, its hash.

use std::sync::Arc;

use arrow_schema::{Schema, SchemaRef};
use serde::{Deserialize, Serialize};

use crate::{ColumnKind, ResultError};

/// The table of contents of a stored result; without it the parts mean nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The columns, in order.
    pub columns: Vec<StoredColumn>,
    /// The parts, in order.
    pub segments: Vec<Segment>,
    /// Rows in all parts.
    pub rows: u64,
    /// Size of all parts as stored: compressed and sealed.
    pub bytes: u64,
    /// Size of all rows in memory.
    pub plain_bytes: u64,
    /// SHA-256 over the values (module `digest` says how), in hexadecimal.
    pub sha256: String,
}

/// A column of a stored result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredColumn {
    /// Its name; not always unique.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether every row has NULL.
    pub empty: bool,
}

/// A part of a stored result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// How many rows it holds.
    pub rows: u64,
    /// Its size as stored.
    pub bytes: u64,
}

impl Manifest {
    /// The columns as Arrow has them.
    pub fn schema(&self) -> SchemaRef {
        let fields: Vec<_> = self.columns.iter().map(|column| column.kind.field(&column.name)).collect();
        Arc::new(Schema::new(fields))
    }

    /// The columns with these indices.
    pub(crate) fn chosen(&self, columns: &[usize]) -> Result<Vec<&StoredColumn>, ResultError> {
        columns.iter().map(|index| self.columns.get(*index).ok_or(ResultError::NoColumn)).collect()
    }
}
