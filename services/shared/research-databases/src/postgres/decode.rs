//! PostgreSQL's binary form of values.
//!
//! `infinity` and `-infinity` of dates and timestamps become the last and the first moment that the column can
//! hold (`i32::MAX` days, `i64::MAX` microseconds), as PostgreSQL itself keeps them.

use coffer_results::ColumnKind;
use uuid::Uuid;

use super::numeric;
use crate::cell::{Cell, utf8, widened};

/// From 1970, where Arrow's time begins, to 2000, where PostgreSQL's does.
const EPOCH_DAYS: i32 = 10_957;
const EPOCH_MICROSECONDS: i64 = 946_684_800_000_000;

/// How the values of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Boolean,
    Integer2,
    Integer4,
    Integer8,
    Oid,
    Float4,
    Float8,
    Numeric,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Uuid,
    /// Text of bounded length.
    Name,
    Text,
    Binary,
}

impl Reading {
    /// By the type's number in `pg_type`; `None` for types that are read as the text that the server makes.
    pub(super) fn of(oid: u32) -> Option<Self> {
        Some(match oid {
            16 => Self::Boolean,
            17 => Self::Binary,
            19 => Self::Name,
            20 => Self::Integer8,
            21 => Self::Integer2,
            23 => Self::Integer4,
            25 | 1043 => Self::Text,
            26 => Self::Oid,
            700 => Self::Float4,
            701 => Self::Float8,
            1082 => Self::Date,
            1083 => Self::Time,
            1114 => Self::Timestamp,
            1184 => Self::TimestampTz,
            1700 => Self::Numeric,
            2950 => Self::Uuid,
            _ => return None,
        })
    }

    pub(super) fn kind(self) -> ColumnKind {
        match self {
            Self::Boolean => ColumnKind::Boolean,
            Self::Integer2 | Self::Integer4 | Self::Integer8 | Self::Oid => ColumnKind::Integer,
            Self::Float4 | Self::Float8 => ColumnKind::Number,
            Self::Numeric => ColumnKind::Decimal,
            Self::Date => ColumnKind::Date,
            Self::Time => ColumnKind::Time,
            Self::Timestamp => ColumnKind::Timestamp,
            Self::TimestampTz => ColumnKind::TimestampTz,
            Self::Uuid | Self::Name | Self::Text => ColumnKind::Text,
            Self::Binary => ColumnKind::Binary,
        }
    }

    /// Reads a value; `text` is room for one that has to be written first. `None` when it is malformed.
    pub(super) fn cell<'a>(self, bytes: &'a [u8], text: &'a mut String) -> Option<Cell<'a>> {
        Some(match self {
            Self::Boolean => Cell::Boolean(bytes.first()? != &0),
            Self::Integer2 => Cell::Integer(i16::from_be_bytes(bytes.try_into().ok()?).into()),
            Self::Integer4 => Cell::Integer(i32::from_be_bytes(bytes.try_into().ok()?).into()),
            Self::Integer8 => Cell::Integer(i64::from_be_bytes(bytes.try_into().ok()?)),
            Self::Oid => Cell::Integer(u32::from_be_bytes(bytes.try_into().ok()?).into()),
            Self::Float4 => Cell::Number(widened(f32::from_be_bytes(bytes.try_into().ok()?))),
            Self::Float8 => Cell::Number(f64::from_be_bytes(bytes.try_into().ok()?)),
            Self::Numeric => {
                text.clear();
                numeric::write(bytes, text)?;
                Cell::Text(text)
            }
            Self::Date => Cell::Date(date(i32::from_be_bytes(bytes.try_into().ok()?))),
            Self::Time => Cell::Time(i64::from_be_bytes(bytes.try_into().ok()?)),
            Self::Timestamp | Self::TimestampTz => {
                Cell::Timestamp(timestamp(i64::from_be_bytes(bytes.try_into().ok()?)))
            }
            Self::Uuid => {
                let mut buffer = [0; uuid::fmt::Hyphenated::LENGTH];
                text.clear();
                text.push_str(Uuid::from_slice(bytes).ok()?.hyphenated().encode_lower(&mut buffer));
                Cell::Text(text)
            }
            Self::Name | Self::Text => Cell::Text(utf8(bytes, text)),
            Self::Binary => Cell::Binary(bytes),
        })
    }
}

fn date(days: i32) -> i32 {
    if days == i32::MIN { days } else { days.saturating_add(EPOCH_DAYS) }
}

fn timestamp(microseconds: i64) -> i64 {
    if microseconds == i64::MIN { microseconds } else { microseconds.saturating_add(EPOCH_MICROSECONDS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_values_are_no_cells() {
        let fixed = [
            Reading::Boolean,
            Reading::Integer2,
            Reading::Integer4,
            Reading::Integer8,
            Reading::Oid,
            Reading::Float4,
            Reading::Float8,
            Reading::Numeric,
            Reading::Date,
            Reading::Time,
            Reading::Timestamp,
            Reading::Uuid,
        ];
        for reading in fixed {
            assert_eq!(reading.cell(&[], &mut String::new()), None, "{reading:?}");
        }
        assert_eq!(Reading::Text.cell(&[b'a', 0xff], &mut String::new()), Some(Cell::Text("a\u{fffd}")));
    }

    #[test]
    fn infinity_is_the_end_of_time() {
        assert_eq!((date(i32::MAX), date(i32::MIN), date(0)), (i32::MAX, i32::MIN, EPOCH_DAYS));
        assert_eq!((timestamp(i64::MAX), timestamp(i64::MIN)), (i64::MAX, i64::MIN));
    }
}
