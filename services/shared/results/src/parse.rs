//! Text that a person wrote for a value: the reverse of `canonical`, with some freedom.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _};

use crate::key::{is_decimal, push_value};
use crate::value::Value;
use crate::{ColumnKind, ResultError};

/// The key of a value of this kind.
///
/// # Errors
/// The text is no such value.
pub(crate) fn key(kind: ColumnKind, text: &str) -> Result<Vec<u8>, ResultError> {
    let mut key = Vec::new();
    let bytes;
    let trimmed = text.trim();
    let value = match kind {
        ColumnKind::Boolean => boolean(trimmed).map(Value::Boolean),
        ColumnKind::Integer => trimmed.parse().ok().map(Value::Integer),
        ColumnKind::Number => trimmed.parse().ok().map(Value::Number),
        ColumnKind::Decimal => is_decimal(trimmed).then_some(Value::Decimal(trimmed)),
        ColumnKind::Text => Some(Value::Text(text)),
        ColumnKind::Date => date(trimmed).and_then(days).map(Value::Date),
        ColumnKind::Time => time(trimmed).map(Value::Time),
        ColumnKind::Timestamp => moment(trimmed).map(Value::Timestamp),
        ColumnKind::TimestampTz => moment_utc(trimmed).map(Value::TimestampTz),
        ColumnKind::Binary => {
            bytes = hex::decode(trimmed.strip_prefix("\\x").unwrap_or(trimmed));
            bytes.as_deref().ok().map(Value::Binary)
        }
    };
    push_value(value.ok_or(ResultError::NotOfKind(kind))?, 0, &mut key);
    Ok(key)
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

fn date(text: &str) -> Option<NaiveDate> {
    text.parse().ok()
}

fn days(date: NaiveDate) -> Option<i32> {
    i32::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).ok()
}

fn time(text: &str) -> Option<i64> {
    let time = text.parse().or_else(|_| NaiveTime::parse_from_str(text, "%H:%M")).ok()?;
    Some(i64::from(time.num_seconds_from_midnight()) * 1_000_000 + i64::from(time.nanosecond() / 1000))
}

/// A day alone is its first moment; day and time stand apart by `T` or a blank; seconds may be left out.
fn moment(text: &str) -> Option<i64> {
    let midnight = date(text).map(|date| date.and_time(NaiveTime::default()));
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let parsed = || formats.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    midnight.or_else(parsed).map(|moment| moment.and_utc().timestamp_micros())
}

/// Without a zone it is UTC.
fn moment_utc(text: &str) -> Option<i64> {
    let zoned = DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.timestamp_micros());
    zoned.or_else(|| moment(text.strip_suffix('Z').unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(ColumnKind::Boolean, "TRUE", Value::Boolean(true))]
    #[case(ColumnKind::Integer, " -7 ", Value::Integer(-7))]
    #[case(ColumnKind::Number, "1e3", Value::Number(1000.0))]
    #[case(ColumnKind::Number, "NaN", Value::Number(f64::NAN))]
    #[case(ColumnKind::Decimal, "1.50", Value::Decimal("1.5"))]
    #[case(ColumnKind::Text, " as it is", Value::Text(" as it is"))]
    #[case(ColumnKind::Date, "1970-01-02", Value::Date(1))]
    #[case(ColumnKind::Time, "00:01", Value::Time(60_000_000))]
    #[case(ColumnKind::Time, "00:00:01.5", Value::Time(1_500_000))]
    #[case(ColumnKind::Timestamp, "1970-01-02", Value::Timestamp(86_400_000_000))]
    #[case(ColumnKind::Timestamp, "1970-01-01 00:00:01", Value::Timestamp(1_000_000))]
    #[case(ColumnKind::Timestamp, "1970-01-01T00:01", Value::Timestamp(60_000_000))]
    #[case(ColumnKind::TimestampTz, "1970-01-01T00:00:00.000001Z", Value::TimestampTz(1))]
    #[case(ColumnKind::TimestampTz, "1970-01-01T01:00:00+01:00", Value::TimestampTz(0))]
    #[case(ColumnKind::TimestampTz, "1970-01-01", Value::TimestampTz(0))]
    #[case(ColumnKind::Binary, "\\xAB00", Value::Binary(&[0xab, 0]))]
    fn values_are_read(#[case] kind: ColumnKind, #[case] text: &str, #[case] expected: Value<'_>) {
        let mut wanted = Vec::new();
        push_value(expected, 0, &mut wanted);
        assert_eq!(key(kind, text).unwrap(), wanted);
    }

    #[rstest]
    #[case(ColumnKind::Boolean, "yes")]
    #[case(ColumnKind::Integer, "1.5")]
    #[case(ColumnKind::Integer, "")]
    #[case(ColumnKind::Number, "one")]
    #[case(ColumnKind::Decimal, "1,5")]
    #[case(ColumnKind::Date, "01/02/2024")]
    #[case(ColumnKind::Date, "2024-02-30")]
    #[case(ColumnKind::Time, "25:00")]
    #[case(ColumnKind::Timestamp, "yesterday")]
    #[case(ColumnKind::TimestampTz, "now")]
    #[case(ColumnKind::Binary, "xyz")]
    fn other_texts_are_refused(#[case] kind: ColumnKind, #[case] text: &str) {
        let error = key(kind, text).unwrap_err();
        assert_eq!(error.to_string(), format!("the filter's value is not of the column's kind ({kind})"));
    }
}
