//! Dates, numbers and ids as people in a hospital write them.

use std::time::Duration;

use chrono::{DateTime, Utc};
use coffer_proto::{moment as moment_of, parse_date};
use coffer_types::NhsNumber;
use prost_types::Timestamp;

use crate::domain::uk_time::uk_time;

const UNKNOWN: &str = "Unknown";

/// `24 Nov 2026 14:05`, British clock time.
pub fn moment(at: &Option<Timestamp>) -> String {
    at.as_ref().and_then(|at| moment_of(at).ok()).map_or_else(|| UNKNOWN.to_owned(), |at| clock(&at))
}

/// `24 Nov 2026 14:05`, British clock time.
pub fn clock(at: &DateTime<Utc>) -> String {
    uk_time(*at).format("%-d %b %Y %H:%M").to_string()
}

/// `24 Nov 2026` of a day in a message.
pub fn day(text: &str) -> String {
    match parse_date(text) {
        Ok(Some(day)) => day.format("%-d %b %Y").to_string(),
        _ => UNKNOWN.to_owned(),
    }
}

/// `943 476 5919`.
pub fn nhs_number(text: &str) -> String {
    text.parse::<NhsNumber>().map_or_else(|_| UNKNOWN.to_owned(), |number| number.grouped())
}

/// The text, or that it is unknown.
pub fn known(text: &str) -> &str {
    if text.is_empty() { UNKNOWN } else { text }
}

/// The first part of an id, enough to tell rows apart.
pub fn short_id(id: &str) -> &str {
    id.rsplit('-').next().unwrap_or(id)
}

/// `1 letter`, `2 letters`, `3 entries`.
pub fn count(number: impl Into<u64>, noun: &str) -> String {
    match (number.into(), noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (number, Some(stem)) => format!("{number} {stem}ies"),
        (number, None) => format!("{number} {noun}s"),
    }
}

/// `Open letter` of `open_letter`.
pub fn sentence(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_uppercase().collect::<String>()).unwrap_or_default();
    [first.as_str(), &letters.as_str().replace('_', " ")].concat()
}

/// `100,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 contact request was submitted`, `2 contact requests were submitted`.
pub fn submitted(number: u32) -> String {
    let verb = if number == 1 { "was" } else { "were" };
    format!("{} {verb} submitted", count(number, "contact request"))
}

/// `£12.50`.
pub fn pounds(pence: u64) -> String {
    format!("\u{a3}{}.{:02}", pence / 100, pence % 100)
}

/// `0.4 s`, `12 s`, `3 min 5 s`, `1 h 2 min`.
pub fn duration(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 3_600.. => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
        seconds @ 60.. => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds @ 10.. => format!("{seconds} s"),
        seconds => format!("{seconds}.{} s", time.subsec_millis() / 100),
    }
}

/// The time between two moments; empty while one of them is not known.
pub fn between(start: &Option<Timestamp>, end: &Option<Timestamp>) -> String {
    let moment = |at: &Option<Timestamp>| at.as_ref().and_then(|at| moment_of(at).ok());
    let time = moment(start).zip(moment(end)).and_then(|(start, end)| (end - start).to_std().ok());
    time.map(duration).unwrap_or_default()
}

/// `512 bytes`, `3.4 kB`, `120 MB`.
pub fn bytes(bytes: &u64) -> String {
    let units = ["kB", "MB", "GB"];
    let (mut tenths, mut unit) = (bytes.saturating_mul(10) / 1_000, 0);
    if *bytes < 1_000 {
        return count(*bytes, "byte");
    }
    while tenths >= 10_000 && unit + 1 < units.len() {
        (tenths, unit) = (tenths / 1_000, unit + 1);
    }
    let unit = units.get(unit).copied().unwrap_or_default();
    if tenths >= 100 {
        format!("{} {unit}", tenths / 10)
    } else {
        format!("{}.{} {unit}", tenths / 10, tenths % 10)
    }
}

/// How long ago, in days: `today`, `1 day`, `12 days`.
pub fn age(since: &Option<Timestamp>, now: DateTime<Utc>) -> String {
    match since.as_ref().and_then(|at| moment_of(at).ok()).map(|at| (now - at).num_days()) {
        None => UNKNOWN.to_owned(),
        Some(..=0) => "today".to_owned(),
        Some(1) => "1 day".to_owned(),
        Some(days) => format!("{days} days"),
    }
}

/// The first line of a query that says something, to name it by.
pub fn sql_title(sql: &str) -> String {
    const LONGEST: usize = 80;
    let line = sql.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("Empty query");
    let mut title: String = line.chars().take(LONGEST).collect();
    if title.len() < line.len() {
        title.push('\u{2026}');
    }
    title
}

#[cfg(test)]
mod tests {
    use coffer_proto::timestamp;

    use super::*;

    #[test]
    fn dates_and_numbers_read_as_on_the_ward() {
        let at: DateTime<Utc> = "2026-07-01T12:05:00Z".parse().unwrap();
        assert_eq!(moment(&Some(timestamp(at))), "1 Jul 2026 13:05");
        assert_eq!(moment(&None), "Unknown");
        assert_eq!(day("2026-11-24"), "24 Nov 2026");
        assert_eq!(day(""), "Unknown");
        assert_eq!(nhs_number("9434765919"), "943 476 5919");
        assert_eq!(pounds(1205), "\u{a3}12.05");
        assert_eq!(count(1_u32, "letter"), "1 letter");
        assert_eq!(count(0_u32, "letter"), "0 letters");
        assert_eq!([7, 999, 1000, 12_345_678].map(grouped), ["7", "999", "1,000", "12,345,678"]);
        let shown = [400, 9_950, 59_999, 185_000, 3_725_000].map(|ms| duration(Duration::from_millis(ms)));
        assert_eq!(shown, ["0.4 s", "9.9 s", "59 s", "3 min 5 s", "1 h 2 min"]);
        let shown = [1, 999, 3_450, 120_000_000, 7_000_000_000].map(|n| bytes(&n));
        assert_eq!(shown, ["1 byte", "999 bytes", "3.4 kB", "120 MB", "7.0 GB"]);
        assert_eq!(age(&Some(timestamp(at)), at + chrono::TimeDelta::days(3)), "3 days");
    }
}
