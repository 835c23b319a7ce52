//! Rows become Arrow columns, a batch at a time.

use std::mem;
use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder,
    Time64MicrosecondBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow_schema::{ArrowError, Schema, SchemaRef};
use coffer_results::ColumnKind;

use crate::cell::Cell;
use crate::error::ExecutionError;

const BATCH_ROWS: usize = 8192;
const BATCH_BYTES: usize = 4 << 20;
/// What a number, a date or a NULL counts.
const SMALL_CELL: usize = 8;

/// The columns of a result, and those of their rows that are not handed on yet.
pub(crate) struct Columns {
    schema: SchemaRef,
    builders: Vec<Column>,
    rows: usize,
    bytes: usize,
    cell_bytes: usize,
}

enum Column {
    Boolean(BooleanBuilder),
    Integer(Int64Builder),
    Number(Float64Builder),
    Text(StringBuilder),
    Date(Date32Builder),
    Time(Time64MicrosecondBuilder),
    Timestamp(TimestampMicrosecondBuilder),
    Binary(BinaryBuilder),
}

impl Columns {
    pub(crate) fn new<'a>(
        columns: impl Iterator<Item = (&'a str, ColumnKind)> + Clone,
        cell_bytes: usize,
    ) -> Self {
        let fields: Vec<_> = columns.clone().map(|(name, kind)| kind.field(name)).collect();
        Self {
            schema: Arc::new(Schema::new(fields)),
            builders: columns.map(|(_, kind)| Column::new(kind)).collect(),
            rows: 0,
            bytes: 0,
            cell_bytes,
        }
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// Takes the next cell of a row.
    pub(crate) fn push(&mut self, position: usize, cell: Cell<'_>) -> Result<(), ExecutionError> {
        let size = match cell {
            Cell::Text(text) => text.len(),
            Cell::Binary(bytes) => bytes.len(),
            _ => SMALL_CELL,
        };
        if size > self.cell_bytes.max(SMALL_CELL) {
            return Err(ExecutionError::CellTooLarge { column: self.name(position), limit: self.cell_bytes });
        }
        self.bytes += size;
        let taken = self.builders.get_mut(position).is_some_and(|column| column.push(cell));
        if taken { Ok(()) } else { Err(self.misread(position)) }
    }

    /// The database sent what we cannot make sense of.
    pub(crate) fn misread(&self, position: usize) -> ExecutionError {
        let column = self.name(position);
        ExecutionError::Sql(format!(
            "A value in the column {column} is not of the type that the database announced for it; a cast to \
             text in the query helps."
        ))
    }

    pub(crate) fn end_row(&mut self) {
        self.rows += 1;
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows >= BATCH_ROWS || self.bytes >= BATCH_BYTES
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The rows taken since the last batch.
    pub(crate) fn batch(&mut self) -> Result<RecordBatch, ExecutionError> {
        let arrays = self.builders.iter_mut().map(Column::finish).collect();
        let rows = mem::take(&mut self.rows);
        self.bytes = 0;
        let options = RecordBatchOptions::new().with_row_count(Some(rows));
        RecordBatch::try_new_with_options(self.schema(), arrays, &options).map_err(|error| uneven(&error))
    }

    fn name(&self, position: usize) -> String {
        self.schema.fields().get(position).map(|field| field.name().clone()).unwrap_or_default()
    }
}

/// Columns of one length and of the announced types cannot fail to make a batch.
fn uneven(error: &ArrowError) -> ExecutionError {
    tracing::error!(%error, "the rows of a research database did not fit their columns");
    ExecutionError::Lost
}

impl Column {
    fn new(kind: ColumnKind) -> Self {
        match kind {
            ColumnKind::Boolean => Self::Boolean(BooleanBuilder::new()),
            ColumnKind::Integer => Self::Integer(Int64Builder::new()),
            ColumnKind::Number => Self::Number(Float64Builder::new()),
            ColumnKind::Decimal | ColumnKind::Text => Self::Text(StringBuilder::new()),
            ColumnKind::Date => Self::Date(Date32Builder::new()),
            ColumnKind::Time => Self::Time(Time64MicrosecondBuilder::new()),
            ColumnKind::Timestamp | ColumnKind::TimestampTz => {
                let data_type = kind.field("").data_type().clone();
                Self::Timestamp(TimestampMicrosecondBuilder::new().with_data_type(data_type))
            }
            ColumnKind::Binary => Self::Binary(BinaryBuilder::new()),
        }
    }

    /// Whether the cell is of the column's type, or has a text and the column holds text.
    fn push(&mut self, cell: Cell<'_>) -> bool {
        match (self, cell) {
            (column, Cell::Null) => column.push_null(),
            (Self::Boolean(column), Cell::Boolean(value)) => column.append_value(value),
            (Self::Integer(column), Cell::Integer(value)) => column.append_value(value),
            (Self::Number(column), Cell::Number(value)) => column.append_value(value),
            (Self::Text(column), Cell::Text(value)) => column.append_value(value),
            (Self::Date(column), Cell::Date(value)) => column.append_value(value),
            (Self::Time(column), Cell::Time(value)) => column.append_value(value),
            (Self::Timestamp(column), Cell::Timestamp(value)) => column.append_value(value),
            (Self::Binary(column), Cell::Binary(value)) => column.append_value(value),
            (Self::Text(column), other) => {
                let mut text = String::new();
                other.write_text(&mut text);
                column.append_value(text);
            }
            _ => return false,
        }
        true
    }

    fn push_null(&mut self) {
        match self {
            Self::Boolean(column) => column.append_null(),
            Self::Integer(column) => column.append_null(),
            Self::Number(column) => column.append_null(),
            Self::Text(column) => column.append_null(),
            Self::Date(column) => column.append_null(),
            Self::Time(column) => column.append_null(),
            Self::Timestamp(column) => column.append_null(),
            Self::Binary(column) => column.append_null(),
        }
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Boolean(column) => Arc::new(column.finish()),
            Self::Integer(column) => Arc::new(column.finish()),
            Self::Number(column) => Arc::new(column.finish()),
            Self::Text(column) => Arc::new(column.finish()),
            Self::Date(column) => Arc::new(column.finish()),
            Self::Time(column) => Arc::new(column.finish()),
            Self::Timestamp(column) => Arc::new(column.finish()),
            Self::Binary(column) => Arc::new(column.finish()),
        }
    }
}
