//! The kinds of columns, and how Arrow holds each.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use arrow_schema::{DataType, Field, TimeUnit};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Where a field says what its Arrow type alone cannot.
const KIND: &str = "coffer.kind";
const UTC: &str = "UTC";

/// What a column holds. The set is small on purpose: every make of database is read into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum ColumnKind {
    /// True or false.
    Boolean,
    /// A whole number of 64 bits.
    Integer,
    /// A floating-point number of 64 bits.
    Number,
    /// An exact number of any length, held as its decimal text.
    Decimal,
    /// Text, and all that has no kind of its own (JSON, UUIDs, arrays, intervals).
    Text,
    /// A day.
    Date,
    /// A time of day, in microseconds.
    Time,
    /// A moment without a time zone, in microseconds.
    Timestamp,
    /// A moment in UTC, in microseconds.
    TimestampTz,
    /// Bytes.
    Binary,
}

impl ColumnKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Boolean,
        Self::Integer,
        Self::Number,
        Self::Decimal,
        Self::Text,
        Self::Date,
        Self::Time,
        Self::Timestamp,
        Self::TimestampTz,
        Self::Binary,
    ];

    /// The word for it in contracts and in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Decimal => "decimal",
            Self::Text => "text",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::TimestampTz => "timestamp_tz",
            Self::Binary => "binary",
        }
    }

    /// A column of this kind; any may hold NULL.
    pub fn field(self, name: &str) -> Field {
        let field = Field::new(name, self.data_type(), true);
        if self == Self::Decimal {
            field.with_metadata(HashMap::from([(KIND.to_owned(), self.as_str().to_owned())]))
        } else {
            field
        }
    }

    /// The kind of a field that [`Self::field`] made; anything else is read as text.
    pub fn of(field: &Field) -> Self {
        let named = field.metadata().get(KIND);
        if named.is_some_and(|kind| kind == Self::Decimal.as_str()) {
            return Self::Decimal;
        }
        let told_by_type = |kind: &Self| *kind != Self::Decimal && kind.data_type() == *field.data_type();
        Self::ALL.into_iter().find(told_by_type).unwrap_or(Self::Text)
    }

    fn data_type(self) -> DataType {
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Integer => DataType::Int64,
            Self::Number => DataType::Float64,
            Self::Text | Self::Decimal => DataType::Utf8,
            Self::Date => DataType::Date32,
            Self::Time => DataType::Time64(TimeUnit::Microsecond),
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::TimestampTz => DataType::Timestamp(TimeUnit::Microsecond, Some(UTC.into())),
            Self::Binary => DataType::Binary,
        }
    }
}

/// A word that names no kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a kind of column")]
pub struct UnknownKind;

impl FromStr for ColumnKind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(UnknownKind)
    }
}

impl TryFrom<String> for ColumnKind {
    type Error = UnknownKind;

    fn try_from(word: String) -> Result<Self, UnknownKind> {
        word.parse()
    }
}

impl From<ColumnKind> for &'static str {
    fn from(kind: ColumnKind) -> Self {
        kind.as_str()
    }
}

impl fmt::Display for ColumnKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_from_its_word() {
        for kind in ColumnKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{kind}\""));
            assert_eq!(serde_json::from_str::<ColumnKind>(&json).unwrap(), kind);
        }
        assert_eq!("varchar".parse::<ColumnKind>(), Err(UnknownKind));
    }

    #[test]
    fn a_field_tells_its_kind() {
        for kind in ColumnKind::ALL.into_iter().filter(|kind| *kind != ColumnKind::Decimal) {
            assert_eq!(ColumnKind::of(&kind.field("x")), kind);
        }
        assert_eq!(ColumnKind::of(&ColumnKind::Decimal.field("x")), ColumnKind::Decimal);
        assert_eq!(ColumnKind::of(&Field::new("x", DataType::Utf8, true)), ColumnKind::Text);
    }
}
