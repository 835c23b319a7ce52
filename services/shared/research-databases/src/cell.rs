//! A single value on its way from a database's own form into a column.

use std::fmt::Write as _;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta};

/// A value as every make of database is read: borrowed, so that reading a cell allocates nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Number(f64),
    /// Text, or an exact number as its decimal text.
    Text(&'a str),
    /// Days since 1970.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since 1970.
    Timestamp(i64),
    Binary(&'a [u8]),
}

impl Cell<'_> {
    /// The value as text, for a column that turned out to hold another type than the database announced.
    pub(crate) fn write_text(self, text: &mut String) {
        // Writing to a string cannot fail.
        let _ = match self {
            Self::Null => Ok(()),
            Self::Boolean(value) => write!(text, "{value}"),
            Self::Integer(value) => write!(text, "{value}"),
            Self::Number(value) => write!(text, "{value}"),
            Self::Text(value) => text.write_str(value),
            Self::Date(days) => match date(days) {
                Some(date) => write!(text, "{date}"),
                None => write!(text, "{days}"),
            },
            Self::Time(microseconds) => match time(microseconds) {
                Some(time) => write!(text, "{time}"),
                None => write!(text, "{microseconds}"),
            },
            Self::Timestamp(microseconds) => match DateTime::from_timestamp_micros(microseconds) {
                Some(moment) => write!(text, "{}", moment.naive_utc()),
                None => write!(text, "{microseconds}"),
            },
            Self::Binary(bytes) => bytes.iter().try_for_each(|byte| write!(text, "{byte:02x}")),
        };
    }
}

/// Text in UTF-8, which some databases don't promise; `room` is for what has to be mended.
pub(crate) fn utf8<'a>(bytes: &'a [u8], room: &'a mut String) -> &'a str {
    if let Ok(valid) = str::from_utf8(bytes) {
        return valid;
    }
    room.clear();
    room.push_str(&String::from_utf8_lossy(bytes));
    room
}

fn date(days: i32) -> Option<NaiveDate> {
    let distance = Days::new(days.unsigned_abs().into());
    let start = NaiveDate::default();
    if days < 0 { start.checked_sub_days(distance) } else { start.checked_add_days(distance) }
}

fn time(microseconds: i64) -> Option<NaiveTime> {
    let (time, days) = NaiveTime::MIN.overflowing_add_signed(TimeDelta::microseconds(microseconds));
    (days == 0).then_some(time)
}

/// Up to here a number of 32 bits holds every whole number.
const EXACT_WHOLE: f32 = 16_777_216.0;

/// A number of 32 bits as the number of 64 bits that has the same shortest decimal text: 0.1, not 0.10000000149.
pub(crate) fn widened(value: f32) -> f64 {
    let is_whole = value.fract() == 0.0 && value.abs() <= EXACT_WHOLE;
    if is_whole || !value.is_finite() {
        return f64::from(value);
    }
    value.to_string().parse().unwrap_or_else(|_| f64::from(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "exactly these")]
    fn short_numbers_keep_their_decimal_text() {
        assert_eq!(widened(0.1), 0.1);
        assert_eq!(widened(-2.5e-20), -2.5e-20);
        assert_eq!(widened(16_777_216.0), 16_777_216.0);
        assert_eq!(widened(-1.5e20), -1.5e20);
        assert!(widened(f32::NAN).is_nan());
        assert_eq!(widened(f32::NEG_INFINITY), f64::NEG_INFINITY);
    }

    #[test]
    fn every_value_has_a_text() {
        let cases = [
            (Cell::Null, ""),
            (Cell::Boolean(true), "true"),
            (Cell::Integer(-5), "-5"),
            (Cell::Number(1.5), "1.5"),
            (Cell::Text("é"), "é"),
            (Cell::Date(-1), "1969-12-31"),
            (Cell::Date(i32::MAX), "2147483647"),
            (Cell::Time(3_600_000_001), "01:00:00.000001"),
            (Cell::Timestamp(-1_000_000), "1969-12-31 23:59:59"),
            (Cell::Binary(&[0, 255]), "00ff"),
        ];
        for (cell, expected) in cases {
            let mut text = String::new();
            cell.write_text(&mut text);
            assert_eq!(text, expected);
        }
    }
}
