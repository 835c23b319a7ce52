//! SQL Server's values, as its client hands them out.
//!
//! Times have 100 ns; what is finer than a microsecond is cut off. `money` reaches the client as a floating-point
//! number and is exact up to about 900,000,000,000; cast larger amounts to `decimal`.

use std::fmt::Write as _;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use coffer_results::ColumnKind;
use tiberius::ColumnData;
use tiberius::numeric::Numeric;
use tiberius::time::{Date, DateTime2, Time};

use crate::cell::{Cell, widened};

/// By the type's name, such as `decimal(10,2)`.
pub(super) fn kind(data_type: &str) -> ColumnKind {
    let name = data_type.split('(').next().unwrap_or_default().trim();
    match name {
        "bit" => ColumnKind::Boolean,
        "tinyint" | "smallint" | "int" | "bigint" => ColumnKind::Integer,
        "real" | "float" => ColumnKind::Number,
        "decimal" | "numeric" | "money" | "smallmoney" => ColumnKind::Decimal,
        "date" => ColumnKind::Date,
        "time" => ColumnKind::Time,
        "datetime" | "smalldatetime" | "datetime2" => ColumnKind::Timestamp,
        "datetimeoffset" => ColumnKind::TimestampTz,
        "binary" | "varbinary" | "image" | "timestamp" | "rowversion" | "geography" | "geometry"
        | "hierarchyid" => ColumnKind::Binary,
        _ => ColumnKind::Text,
    }
}

/// Reads a value; `text` is room for one that has to be written first. `None` when it is malformed.
pub(super) fn cell<'a>(data: &'a ColumnData<'_>, text: &'a mut String) -> Option<Cell<'a>> {
    text.clear();
    let cell = match data {
        ColumnData::U8(value) => value.map(|value| Cell::Integer(value.into())),
        ColumnData::I16(value) => value.map(|value| Cell::Integer(value.into())),
        ColumnData::I32(value) => value.map(|value| Cell::Integer(value.into())),
        ColumnData::I64(value) => value.map(Cell::Integer),
        ColumnData::F32(value) => value.map(|value| Cell::Number(widened(value))),
        ColumnData::F64(value) => value.map(Cell::Number),
        ColumnData::Bit(value) => value.map(Cell::Boolean),
        ColumnData::String(value) => value.as_deref().map(Cell::Text),
        ColumnData::Binary(value) => value.as_deref().map(Cell::Binary),
        ColumnData::Guid(value) => written(value.as_ref(), text, |guid, text| write!(text, "{guid}")),
        ColumnData::Xml(value) => written(value.as_deref(), text, |xml, text| text.write_str(xml.as_ref())),
        ColumnData::Numeric(value) => written(value.as_ref(), text, |number, text| decimal(*number, text)),
        ColumnData::Date(None)
        | ColumnData::Time(None)
        | ColumnData::DateTime(None)
        | ColumnData::SmallDateTime(None)
        | ColumnData::DateTime2(None)
        | ColumnData::DateTimeOffset(None) => None,
        ColumnData::Date(Some(value)) => Some(Cell::Date(days(day(*value)?)?)),
        ColumnData::Time(Some(value)) => Some(Cell::Time(microseconds(*value)?)),
        ColumnData::DateTime(Some(value)) => {
            // In 300ths of a second since 1900.
            let fragments = i64::from(value.seconds_fragments()) * 10_000 / 3;
            Some(moment(since_1900(value.days())?, fragments))
        }
        ColumnData::SmallDateTime(Some(value)) => {
            let minutes = i64::from(value.seconds_fragments());
            Some(moment(since_1900(value.days().into())?, minutes * 60_000_000))
        }
        ColumnData::DateTime2(Some(value)) => Some(Cell::Timestamp(datetime(*value)?)),
        // The moment itself is in UTC; the offset says only how it was written.
        ColumnData::DateTimeOffset(Some(value)) => Some(Cell::Timestamp(datetime(value.datetime2())?)),
    };
    Some(cell.unwrap_or(Cell::Null))
}

fn written<T>(
    value: Option<T>,
    text: &mut String,
    write: impl FnOnce(T, &mut String) -> std::fmt::Result,
) -> Option<Cell<'_>> {
    write(value?, text).ok()?;
    Some(Cell::Text(text))
}

/// With as many decimal places as the value declares.
fn decimal(number: Numeric, text: &mut String) -> std::fmt::Result {
    let places = usize::from(number.scale());
    let digits = format!("{:0width$}", number.value().unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    let sign = if number.value() < 0 { "-" } else { "" };
    write!(text, "{sign}{whole}")?;
    if fraction.is_empty() { Ok(()) } else { write!(text, ".{fraction}") }
}

/// Counted from the first day of the year 1.
fn day(date: Date) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(1, 1, 1)?.checked_add_signed(TimeDelta::days(date.days().into()))
}

fn days(date: NaiveDate) -> Option<i32> {
    i32::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).ok()
}

fn since_1900(days: i32) -> Option<NaiveDateTime> {
    let date = NaiveDate::from_ymd_opt(1900, 1, 1)?.checked_add_signed(TimeDelta::days(days.into()))?;
    Some(date.and_time(NaiveTime::MIN))
}

fn moment(day: NaiveDateTime, microseconds: i64) -> Cell<'static> {
    Cell::Timestamp(day.and_utc().timestamp_micros() + microseconds)
}

/// In units of ten to the power of minus the scale.
fn microseconds(time: Time) -> Option<i64> {
    let increments = i64::try_from(time.increments()).ok()?;
    let scale = u32::from(time.scale());
    Some(match 6_u32.checked_sub(scale) {
        Some(missing) => increments.checked_mul(10_i64.checked_pow(missing)?)?,
        None => increments / 10_i64.checked_pow(scale - 6)?,
    })
}

fn datetime(value: DateTime2) -> Option<i64> {
    let day = day(value.date())?.and_time(NaiveTime::MIN).and_utc().timestamp_micros();
    day.checked_add(microseconds(value.time())?)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use rstest::rstest;
    use tiberius::time::{DateTime, DateTimeOffset, SmallDateTime};

    use super::*;

    /// From the year 1 to 1970.
    const EPOCH: u32 = 719_162;

    fn noon(days: u32) -> DateTime2 {
        DateTime2::new(Date::new(days), Time::new(432_000_000_019, 7))
    }

    #[rstest]
    #[case(ColumnData::U8(Some(255)), "255")]
    #[case(ColumnData::I64(Some(i64::MIN)), "-9223372036854775808")]
    #[case(ColumnData::F32(Some(0.1)), "0.1")]
    #[case(ColumnData::Bit(Some(true)), "true")]
    #[case(ColumnData::String(Some(Cow::from("Zoë 🦀"))), "Zoë 🦀")]
    #[case(ColumnData::Binary(Some(Cow::from(vec![0, 255]))), "00ff")]
    #[case(ColumnData::Guid(Some(uuid::Uuid::nil())), "00000000-0000-0000-0000-000000000000")]
    #[case(ColumnData::Numeric(Some(Numeric::new_with_scale(-5, 3))), "-0.005")]
    #[case(ColumnData::Numeric(Some(Numeric::new_with_scale(12_345, 0))), "12345")]
    #[case(ColumnData::Numeric(Some(Numeric::new_with_scale(10_i128.pow(37), 37))), "1.0000000000000000000000000000000000000")]
    #[case(ColumnData::Date(Some(Date::new(EPOCH))), "1970-01-01")]
    #[case(ColumnData::Date(Some(Date::new(0))), "0001-01-01")]
    #[case(ColumnData::Time(Some(Time::new(1, 0))), "00:00:01")]
    #[case(ColumnData::Time(Some(Time::new(863_999_999_999, 7))), "23:59:59.999999")]
    #[case(ColumnData::DateTime(Some(DateTime::new(-1, 300))), "1899-12-31 00:00:01")]
    #[case(ColumnData::SmallDateTime(Some(SmallDateTime::new(1, 61))), "1900-01-02 01:01:00")]
    #[case(ColumnData::DateTime2(Some(noon(EPOCH))), "1970-01-01 12:00:00.000001")]
    #[case(
        ColumnData::DateTimeOffset(Some(DateTimeOffset::new(noon(EPOCH), 120))),
        "1970-01-01 12:00:00.000001"
    )]
    fn values_are_read_whole(#[case] data: ColumnData<'static>, #[case] expected: &str) {
        let mut room = String::new();
        let mut text = String::new();
        cell(&data, &mut room).unwrap().write_text(&mut text);
        assert_eq!(text, expected);
    }

    #[test]
    fn nothing_is_null() {
        for data in [
            ColumnData::I32(None),
            ColumnData::String(None),
            ColumnData::Guid(None),
            ColumnData::Numeric(None),
            ColumnData::Xml(None),
            ColumnData::DateTime2(None),
        ] {
            assert_eq!(cell(&data, &mut String::new()), Some(Cell::Null));
        }
    }

    #[test]
    fn kinds_follow_from_names() {
        assert_eq!(kind("decimal(10,2)"), ColumnKind::Decimal);
        assert_eq!(kind("datetimeoffset(7)"), ColumnKind::TimestampTz);
        assert_eq!(kind("nvarchar(max)"), ColumnKind::Text);
        assert_eq!(kind("xml"), ColumnKind::Text);
    }
}
