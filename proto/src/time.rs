//! Moments and days between chrono and the contracts.

use chrono::{DateTime, NaiveDate, Utc};
use prost_types::Timestamp;
use thiserror::Error;

/// A moment or day in a message that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a valid moment or day")]
pub struct InvalidTimestamp;

/// A moment for a message.
pub fn timestamp(at: DateTime<Utc>) -> Timestamp {
    Timestamp {
        seconds: at.timestamp(),
        nanos: i32::try_from(at.timestamp_subsec_nanos()).unwrap_or_default(),
    }
}

/// The moment that a message tells.
///
/// # Errors
/// The message holds no moment that exists.
pub fn moment(at: &Timestamp) -> Result<DateTime<Utc>, InvalidTimestamp> {
    let nanos = u32::try_from(at.nanos).map_err(|_| InvalidTimestamp)?;
    DateTime::from_timestamp(at.seconds, nanos).ok_or(InvalidTimestamp)
}

/// A day for a message, `YYYY-MM-DD`; empty for none.
pub fn date(day: Option<NaiveDate>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// The day that a message tells; empty means none.
///
/// # Errors
/// The text is not a day in the form `YYYY-MM-DD`.
pub fn parse_date(text: &str) -> Result<Option<NaiveDate>, InvalidTimestamp> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| InvalidTimestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_its_message() {
        let at = DateTime::from_timestamp(1_763_980_000, 123_456_000).unwrap();
        assert_eq!(moment(&timestamp(at)), Ok(at));
        assert_eq!(moment(&Timestamp { seconds: 0, nanos: -1 }), Err(InvalidTimestamp));
    }

    #[test]
    fn a_missing_day_is_empty() {
        assert_eq!(parse_date(&date(None)), Ok(None));
        assert_eq!(parse_date("2026-11-24"), Ok(NaiveDate::from_ymd_opt(2026, 11, 24)));
        assert_eq!(parse_date("24 Nov 2026"), Err(InvalidTimestamp));
    }
}
