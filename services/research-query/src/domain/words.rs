//! The sentences that tell people why a run has no result.

/// The run's database is not offered any more, or not to this person.
pub(crate) const NOT_OFFERED: &str = "You may not use this database any more.";
/// The worker vanished too often.
pub(crate) const GIVEN_UP: &str =
    "The query was begun three times and interrupted each time. Please tell the research database manager.";
/// The user cancelled.
pub(crate) const CANCELLED: &str = "You cancelled this query.";
/// Our side failed.
pub(crate) const OUR_FAULT: &str =
    "The result could not be stored. Please run the query again, or tell the research database manager.";

/// The result has too many rows.
pub(crate) fn too_many_rows(most: u64) -> String {
    let most = grouped(most);
    format!("The result has more than {most} rows, the most that may be kept. Add conditions to the query.")
}

/// The result has too many bytes.
pub(crate) fn too_many_bytes(most: u64) -> String {
    let most = grouped(most / (1024 * 1024));
    format!(
        "The stored result is larger than {most} MiB, the most that may be kept. Choose fewer columns or add conditions."
    )
}

/// The run took too long.
pub(crate) fn too_long(seconds: u64) -> String {
    let time = match seconds {
        1 => "1 second".to_owned(),
        60 => "1 minute".to_owned(),
        seconds if seconds % 60 == 0 => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} seconds"),
    };
    format!("The query took longer than {time}, the most that is allowed.")
}

/// Digits in groups of three.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && index % 3 == first {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_can_be_read() {
        let numbers = [0, 12, 999, 1_000, 12_345, 5_000_000].map(grouped);
        assert_eq!(numbers, ["0", "12", "999", "1,000", "12,345", "5,000,000"]);
    }

    #[test]
    fn sentences_name_the_limit() {
        assert!(too_many_rows(5_000_000).contains("5,000,000 rows"));
        assert!(too_many_bytes(1024 * 1024 * 1024).contains("1,024 MiB"));
        assert!(too_long(900).contains("15 minutes"));
        assert!(too_long(90).contains("90 seconds"));
    }
}
