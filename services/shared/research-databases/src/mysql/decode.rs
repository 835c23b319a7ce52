//! MySQL's binary form of values.
//!
//! Days of zeros (`0000-00-00`, or a month or a day that is zero) are no days, and read as NULL. A `TIME` may
//! be negative or longer than a day, so it is read as text. `TINYINT(1)` stays a number: it may hold any of 256.

use std::fmt::Write as _;

use chrono::{Datelike as _, NaiveDate};
use coffer_results::ColumnKind;
use sqlx::mysql::MySqlTypeInfo;
use sqlx::{MySql, Type, TypeInfo as _};

use crate::cell::{Cell, utf8, widened};

const MICROSECONDS_OF_DAY: i64 = 86_400_000_000;
/// Days from the first day of the year 1 to 1970.
const EPOCH_DAYS: i32 = 719_163;

/// How the values of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    Signed,
    Unsigned,
    /// 64 bits without a sign, which may exceed what a column of whole numbers holds.
    LargeUnsigned,
    Bits,
    Float,
    Double,
    Decimal,
    Date,
    Datetime,
    Timestamp,
    Time,
    Text,
    Binary,
}

impl Reading {
    pub(super) fn of(type_info: &MySqlTypeInfo) -> Self {
        match type_info.name() {
            // By sqlx's name of TINYINT(1); with or without a sign.
            "BOOLEAN" if <u8 as Type<MySql>>::compatible(type_info) => Self::Unsigned,
            "BOOLEAN" | "TINYINT" | "SMALLINT" | "INT" | "MEDIUMINT" | "BIGINT" => Self::Signed,
            "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "INT UNSIGNED" | "MEDIUMINT UNSIGNED" | "YEAR" => {
                Self::Unsigned
            }
            "BIGINT UNSIGNED" => Self::LargeUnsigned,
            "BIT" => Self::Bits,
            "FLOAT" => Self::Float,
            "DOUBLE" => Self::Double,
            "DECIMAL" => Self::Decimal,
            "DATE" => Self::Date,
            "DATETIME" => Self::Datetime,
            "TIMESTAMP" => Self::Timestamp,
            "TIME" => Self::Time,
            "ENUM" | "SET" | "JSON" | "NULL" => Self::Text,
            "GEOMETRY" => Self::Binary,
            // Text has a collation other than `binary`, whatever else its name says.
            _ if <str as Type<MySql>>::compatible(type_info) => Self::Text,
            _ => Self::Binary,
        }
    }

    pub(super) fn kind(self) -> ColumnKind {
        match self {
            Self::Signed | Self::Unsigned => ColumnKind::Integer,
            Self::LargeUnsigned | Self::Bits | Self::Decimal => ColumnKind::Decimal,
            Self::Float | Self::Double => ColumnKind::Number,
            Self::Date => ColumnKind::Date,
            Self::Datetime => ColumnKind::Timestamp,
            Self::Timestamp => ColumnKind::TimestampTz,
            Self::Time | Self::Text => ColumnKind::Text,
            Self::Binary => ColumnKind::Binary,
        }
    }

    /// Reads a value; `text` is room for one that has to be written first. `None` when it is malformed.
    pub(super) fn cell<'a>(self, bytes: &'a [u8], text: &'a mut String) -> Option<Cell<'a>> {
        text.clear();
        Some(match self {
            Self::Signed => Cell::Integer(signed(bytes)?),
            Self::Unsigned => Cell::Integer(unsigned(bytes)?.try_into().ok()?),
            Self::LargeUnsigned => {
                write!(text, "{}", unsigned(bytes)?).ok()?;
                Cell::Text(text)
            }
            Self::Bits => {
                write!(text, "{}", bytes.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte)))
                    .ok()?;
                Cell::Text(text)
            }
            Self::Float => Cell::Number(widened(f32::from_le_bytes(bytes.try_into().ok()?))),
            Self::Double => Cell::Number(f64::from_le_bytes(bytes.try_into().ok()?)),
            Self::Date => day(fields(bytes)?).map_or(Cell::Null, Cell::Date),
            Self::Datetime | Self::Timestamp => moment(fields(bytes)?).map_or(Cell::Null, Cell::Timestamp),
            Self::Time => {
                write_time(bytes, text)?;
                Cell::Text(text)
            }
            Self::Decimal | Self::Text => Cell::Text(utf8(bytes, text)),
            Self::Binary => Cell::Binary(bytes),
        })
    }
}

/// Little-endian, of 1, 2, 4 or 8 bytes.
fn signed(bytes: &[u8]) -> Option<i64> {
    Some(match bytes.len() {
        1 => i8::from_le_bytes(bytes.try_into().ok()?).into(),
        2 => i16::from_le_bytes(bytes.try_into().ok()?).into(),
        4 => i32::from_le_bytes(bytes.try_into().ok()?).into(),
        _ => i64::from_le_bytes(bytes.try_into().ok()?),
    })
}

fn unsigned(bytes: &[u8]) -> Option<u64> {
    (!bytes.is_empty() && bytes.len() <= 8)
        .then(|| bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// What follows the length: a day unless all is zero, a clock unless that is zero.
fn fields(bytes: &[u8]) -> Option<&[u8]> {
    let (_, fields) = bytes.split_first()?;
    matches!(fields.len(), 0 | 4 | 7 | 11).then_some(fields)
}

/// Year, month and day. `None` for a day of zeros.
fn day(fields: &[u8]) -> Option<i32> {
    let [year_low, year_high, month, day, ..] = *fields else {
        return None;
    };
    let year = u16::from_le_bytes([year_low, year_high]);
    let date = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into())?;
    Some(date.num_days_from_ce() - EPOCH_DAYS)
}

fn moment(fields: &[u8]) -> Option<i64> {
    Some(i64::from(day(fields)?) * MICROSECONDS_OF_DAY + clock(fields.get(4..)?)?)
}

/// Microseconds since midnight.
fn clock(fields: &[u8]) -> Option<i64> {
    let [hour, minute, second, rest @ ..] = fields else {
        return fields.is_empty().then_some(0);
    };
    let seconds = (i64::from(*hour) * 60 + i64::from(*minute)) * 60 + i64::from(*second);
    let fraction = match rest {
        [] => 0,
        rest => i64::from(u32::from_le_bytes(rest.try_into().ok()?)),
    };
    Some(seconds * 1_000_000 + fraction)
}

/// A length, then sign, days and the clock unless all are zero. As the server writes it: `-838:59:59`.
fn write_time(bytes: &[u8], text: &mut String) -> Option<()> {
    let (_, fields) = bytes.split_first()?;
    let (sign, days, clock_fields) = match fields {
        [] => (0, 0, fields),
        [sign, a, b, c, d, rest @ ..] => (*sign, u32::from_le_bytes([*a, *b, *c, *d]), rest),
        _ => return None,
    };
    let microseconds = i64::from(days) * MICROSECONDS_OF_DAY + clock(clock_fields)?;
    let (seconds, fraction) = (microseconds / 1_000_000, microseconds % 1_000_000);
    if sign != 0 {
        text.push('-');
    }
    write!(text, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60).ok()?;
    if fraction != 0 {
        write!(text, ".{fraction:06}").ok()?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(reading: Reading, bytes: &[u8]) -> Option<String> {
        let mut room = String::new();
        let mut text = String::new();
        reading.cell(bytes, &mut room)?.write_text(&mut text);
        Some(text)
    }

    #[test]
    fn days_of_zeros_are_null() {
        for bytes in [&[0][..], &[4, 0, 0, 0, 0], &[4, 232, 7, 0, 1], &[4, 232, 7, 2, 0], &[4, 231, 7, 2, 29]]
        {
            assert_eq!(Reading::Date.cell(bytes, &mut String::new()), Some(Cell::Null), "{bytes:?}");
        }
        assert_eq!(cell(Reading::Date, &[4, 232, 7, 2, 29]).as_deref(), Some("2024-02-29"));
    }

    #[test]
    fn moments_leave_out_what_is_zero() {
        assert_eq!(cell(Reading::Datetime, &[4, 178, 7, 1, 2]).as_deref(), Some("1970-01-02 00:00:00"));
        assert_eq!(
            cell(Reading::Datetime, &[7, 178, 7, 1, 1, 1, 2, 3]).as_deref(),
            Some("1970-01-01 01:02:03")
        );
        let full = [11, 178, 7, 1, 1, 0, 0, 0, 1, 0, 0, 0];
        assert_eq!(cell(Reading::Timestamp, &full).as_deref(), Some("1970-01-01 00:00:00.000001"));
    }

    #[test]
    fn times_may_be_negative_and_long() {
        assert_eq!(cell(Reading::Time, &[0]).as_deref(), Some("00:00:00"));
        assert_eq!(cell(Reading::Time, &[8, 1, 34, 0, 0, 0, 22, 59, 59]).as_deref(), Some("-838:59:59"));
        let fraction = [12, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0];
        assert_eq!(cell(Reading::Time, &fraction).as_deref(), Some("01:02:03.000004"));
    }

    #[test]
    fn malformed_values_are_no_cells() {
        for reading in [Reading::Signed, Reading::Unsigned, Reading::Float, Reading::Date, Reading::Time] {
            assert_eq!(reading.cell(&[], &mut String::new()), None, "{reading:?}");
        }
        assert_eq!(Reading::Date.cell(&[4, 1], &mut String::new()), None);
        assert_eq!(Reading::Datetime.cell(&[6, 178, 7, 1, 1, 1], &mut String::new()), None);
    }
}
