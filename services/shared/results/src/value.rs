//! One cell, whatever its column holds.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Float64Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};
use arrow_array::{
    Array, BinaryArray, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    Time64MicrosecondArray, TimestampMicrosecondArray,
};

use crate::{ColumnKind, ResultError};

/// The value of a cell that is not NULL.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Decimal(&'a str),
    Text(&'a str),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970-01-01T00:00:00, there and here.
    Timestamp(i64),
    TimestampTz(i64),
    Binary(&'a [u8]),
}

/// A column of a batch, its type found out once and not for each cell.
pub(crate) enum Cells<'a> {
    Boolean(&'a BooleanArray),
    Integer(&'a Int64Array),
    Number(&'a Float64Array),
    Decimal(&'a StringArray),
    Text(&'a StringArray),
    Date(&'a Date32Array),
    Time(&'a Time64MicrosecondArray),
    Timestamp(&'a TimestampMicrosecondArray),
    TimestampTz(&'a TimestampMicrosecondArray),
    Binary(&'a BinaryArray),
}

impl<'a> Cells<'a> {
    /// The cells of an array that holds `kind`.
    pub(crate) fn of(array: &'a dyn Array, kind: ColumnKind) -> Result<Self, ResultError> {
        let cells = match kind {
            ColumnKind::Boolean => array.as_boolean_opt().map(Self::Boolean),
            ColumnKind::Integer => array.as_primitive_opt::<Int64Type>().map(Self::Integer),
            ColumnKind::Number => array.as_primitive_opt::<Float64Type>().map(Self::Number),
            ColumnKind::Decimal => array.as_string_opt().map(Self::Decimal),
            ColumnKind::Text => array.as_string_opt().map(Self::Text),
            ColumnKind::Date => array.as_primitive_opt::<Date32Type>().map(Self::Date),
            ColumnKind::Time => array.as_primitive_opt::<Time64MicrosecondType>().map(Self::Time),
            ColumnKind::Timestamp => {
                array.as_primitive_opt::<TimestampMicrosecondType>().map(Self::Timestamp)
            }
            ColumnKind::TimestampTz => {
                array.as_primitive_opt::<TimestampMicrosecondType>().map(Self::TimestampTz)
            }
            ColumnKind::Binary => array.as_binary_opt().map(Self::Binary),
        };
        cells.ok_or(ResultError::Columns)
    }

    /// The cells of every column of a batch.
    pub(crate) fn of_batch(batch: &'a RecordBatch) -> Result<Vec<Self>, ResultError> {
        let schema = batch.schema_ref();
        let columns = batch.columns().iter().zip(schema.fields());
        columns.map(|(array, field)| Self::of(array.as_ref(), ColumnKind::of(field))).collect()
    }

    /// The cell in a row; `None` is NULL.
    #[inline]
    pub(crate) fn value(&self, row: usize) -> Option<Value<'a>> {
        match self {
            Self::Boolean(cells) => cells.is_valid(row).then(|| Value::Boolean(cells.value(row))),
            Self::Integer(cells) => cells.is_valid(row).then(|| Value::Integer(cells.value(row))),
            Self::Number(cells) => cells.is_valid(row).then(|| Value::Number(cells.value(row))),
            Self::Decimal(cells) => cells.is_valid(row).then(|| Value::Decimal(cells.value(row))),
            Self::Text(cells) => cells.is_valid(row).then(|| Value::Text(cells.value(row))),
            Self::Date(cells) => cells.is_valid(row).then(|| Value::Date(cells.value(row))),
            Self::Time(cells) => cells.is_valid(row).then(|| Value::Time(cells.value(row))),
            Self::Timestamp(cells) => cells.is_valid(row).then(|| Value::Timestamp(cells.value(row))),
            Self::TimestampTz(cells) => cells.is_valid(row).then(|| Value::TimestampTz(cells.value(row))),
            Self::Binary(cells) => cells.is_valid(row).then(|| Value::Binary(cells.value(row))),
        }
    }
}
