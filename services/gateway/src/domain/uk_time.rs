//! British clock time: GMT, and an hour more from the last Sunday of March to that of October.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};

/// What a clock on the ward shows at `at`.
pub fn uk_time(at: DateTime<Utc>) -> NaiveDateTime {
    let utc = at.naive_utc();
    let summer = change_of_clocks(utc.year(), 3) <= Some(utc) && Some(utc) < change_of_clocks(utc.year(), 10);
    if summer { utc + TimeDelta::hours(1) } else { utc }
}

/// 01:00 UTC on the last Sunday of a month of 31 days.
fn change_of_clocks(year: i32, month: u32) -> Option<NaiveDateTime> {
    let last = NaiveDate::from_ymd_opt(year, month, 31)?;
    let sunday = last - TimeDelta::days(last.weekday().num_days_from_sunday().into());
    sunday.and_hms_opt(1, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_change_at_one_in_the_morning() {
        let shown = |text: &str| uk_time(text.parse().unwrap()).to_string();
        assert_eq!(shown("2026-03-29T00:59:59Z"), "2026-03-29 00:59:59");
        assert_eq!(shown("2026-03-29T01:00:00Z"), "2026-03-29 02:00:00");
        assert_eq!(shown("2026-10-25T00:59:59Z"), "2026-10-25 01:59:59");
        assert_eq!(shown("2026-10-25T01:00:00Z"), "2026-10-25 01:00:00");
        assert_eq!(shown("2026-11-24T14:05:00Z"), "2026-11-24 14:05:00");
    }
}
