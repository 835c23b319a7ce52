//! The one place where a value becomes text: pages, CSV, TSV and filters on text all see this.
//!
//! Booleans are `true` and `false`; dates and moments are ISO 8601 (`2024-05-01T09:30:00`, microseconds only when
//! there are some, `Z` for a moment in UTC, a sign before years beyond four digits); numbers are the shortest that
//! read back the same (`0.1`, `1e300`), with `NaN`, `Infinity` and `-Infinity`; bytes are hexadecimal; decimals and
//! texts are as they are.

use std::io::Write as _;

use crate::value::Value;

const MICROS: i64 = 1_000_000;
const DAY: i64 = 86_400 * MICROS;

/// Appends the text of a value.
#[inline]
pub(crate) fn write_value(value: Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Boolean(true) => out.extend_from_slice(b"true"),
        Value::Boolean(false) => out.extend_from_slice(b"false"),
        Value::Integer(value) => out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes()),
        Value::Number(value) => write_number(value, out),
        Value::Decimal(value) | Value::Text(value) => out.extend_from_slice(value.as_bytes()),
        Value::Date(days) => write_date(i64::from(days), out),
        Value::Time(micros) => write_time(micros, out),
        Value::Timestamp(micros) => write_moment(micros, out),
        Value::TimestampTz(micros) => {
            write_moment(micros, out);
            out.push(b'Z');
        }
        Value::Binary(value) => write_hex(value, out),
    }
}

/// The text of a value.
pub(crate) fn text(value: Value<'_>) -> String {
    if let Value::Text(text) | Value::Decimal(text) = value {
        return text.to_owned();
    }
    let mut out = Vec::new();
    write_value(value, &mut out);
    String::from_utf8(out).unwrap_or_default() // only ASCII is written above
}

fn write_number(value: f64, out: &mut Vec<u8>) {
    let size = value.abs();
    // Writing to a vector cannot fail.
    let _ = if value.is_nan() {
        out.write_all(b"NaN")
    } else if value.is_infinite() {
        out.write_all(if value > 0.0 { b"Infinity" } else { b"-Infinity" })
    } else if value == 0.0 || (1e-5..1e16).contains(&size) {
        write!(out, "{value}")
    } else {
        write!(out, "{value:e}")
    };
}

fn write_moment(micros: i64, out: &mut Vec<u8>) {
    write_date(micros.div_euclid(DAY), out);
    out.push(b'T');
    write_time(micros.rem_euclid(DAY), out);
}

fn write_date(days: i64, out: &mut Vec<u8>) {
    let (year, month, day) = civil(days);
    if (0..=9999).contains(&year) {
        write_two(year / 100, out);
        write_two(year % 100, out);
    } else {
        let _ = write!(out, "{}{:04}", if year < 0 { '-' } else { '+' }, year.abs());
    }
    out.push(b'-');
    write_two(month, out);
    out.push(b'-');
    write_two(day, out);
}

fn write_time(micros: i64, out: &mut Vec<u8>) {
    let seconds = micros.div_euclid(MICROS);
    write_two(seconds / 3600, out);
    out.push(b':');
    write_two(seconds / 60 % 60, out);
    out.push(b':');
    write_two(seconds % 60, out);
    let fraction = micros.rem_euclid(MICROS);
    if fraction != 0 {
        out.push(b'.');
        write_two(fraction / 10_000, out);
        write_two(fraction / 100 % 100, out);
        write_two(fraction % 100, out);
    }
}

/// Two digits of a number from 0 to 99.
#[inline]
fn write_two(number: i64, out: &mut Vec<u8>) {
    let digit = |number: i64| b'0' + u8::try_from(number.rem_euclid(10)).unwrap_or_default();
    out.extend_from_slice(&[digit(number / 10), digit(number)]);
}

fn write_hex(bytes: &[u8], out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| DIGITS.get(usize::from(half & 15)).copied().unwrap_or_default();
    out.extend(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]));
}

/// Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar
/// (Howard Hinnant's `civil_from_days`: a year that begins in March has its leap day at the end).
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Datelike, NaiveDate};
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Value::Boolean(true), "true")]
    #[case(Value::Boolean(false), "false")]
    #[case(Value::Integer(i64::MIN), "-9223372036854775808")]
    #[case(Value::Integer(i64::MAX), "9223372036854775807")]
    #[case(Value::Number(0.1), "0.1")]
    #[case(Value::Number(-0.0), "-0")]
    #[case(Value::Number(100.0), "100")]
    #[case(Value::Number(1e300), "1e300")]
    #[case(Value::Number(1.5e-7), "1.5e-7")]
    #[case(Value::Number(f64::NAN), "NaN")]
    #[case(Value::Number(f64::INFINITY), "Infinity")]
    #[case(Value::Number(f64::NEG_INFINITY), "-Infinity")]
    #[case(Value::Decimal("12345678901234567890.10"), "12345678901234567890.10")]
    #[case(Value::Text("a\nb"), "a\nb")]
    #[case(Value::Date(0), "1970-01-01")]
    #[case(Value::Date(-719_528), "0000-01-01")]
    #[case(Value::Date(-719_529), "-0001-12-31")]
    #[case(Value::Date(2_932_897), "+10000-01-01")]
    #[case(Value::Time(0), "00:00:00")]
    #[case(Value::Time(DAY), "24:00:00")]
    #[case(Value::Time(86_399_999_999), "23:59:59.999999")]
    #[case(Value::Timestamp(-1), "1969-12-31T23:59:59.999999")]
    #[case(Value::TimestampTz(1_714_555_800_000_000), "2024-05-01T09:30:00Z")]
    #[case(Value::Binary(&[0, 0xab, 0xff]), "00abff")]
    fn values_have_one_text(#[case] value: Value<'_>, #[case] expected: &str) {
        assert_eq!(text(value), expected);
    }

    proptest! {
        #[test]
        fn numbers_read_back(value: f64) {
            let read: f64 = text(Value::Number(value)).parse().unwrap();
            prop_assert!(read.to_bits() == value.to_bits() || (read.is_nan() && value.is_nan()));
        }

        #[test]
        fn moments_read_back(micros in -62_135_596_800_000_000_i64..253_402_300_800_000_000) {
            let read = DateTime::parse_from_rfc3339(&text(Value::TimestampTz(micros))).unwrap();
            prop_assert_eq!(read.timestamp_micros(), micros);
        }

        #[test]
        fn days_are_those_of_chrono(days in -90_000_000_i32..90_000_000) {
            let date = NaiveDate::from_num_days_from_ce_opt(days + 719_163).unwrap();
            let expected = (i64::from(date.year()), i64::from(date.month()), i64::from(date.day()));
            prop_assert_eq!(civil(i64::from(days)), expected);
        }
    }
}
