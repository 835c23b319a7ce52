//! What can be said of a text before it is read: its size and its characters.

use sqlparser::tokenizer::Location;

use crate::refused::Refused;

/// The longest statement, in bytes.
pub(crate) const MAX_BYTES: usize = 1_000_000;

/// Refuses what no query needs: too much text, and characters that hide or reorder what a reader sees.
pub(crate) fn check(sql: &str) -> Result<(), Refused> {
    if sql.len() > MAX_BYTES {
        return Err(Refused::whole(
            "length",
            "The query is longer than 1 MB. Please send long lists in parts.",
        ));
    }
    let mut place = Location { line: 1, column: 1 };
    for character in sql.chars() {
        if let Some((construct, reason)) = objection(character) {
            return Err(Refused::at(place, construct, reason));
        }
        if character == '\n' {
            place = Location { line: place.line.saturating_add(1), column: 1 };
        } else {
            place.column = place.column.saturating_add(1);
        }
    }
    Ok(())
}

fn objection(character: char) -> Option<(String, &'static str)> {
    let name = || format!("character U+{:04X}", u32::from(character));
    match character {
        '\t' | '\n' | '\r' => None,
        '\0' => Some((name(), "A query cannot hold a NUL character.")),
        '\u{FEFF}' => Some((name(), "A query cannot hold a byte order mark. Please paste it as plain text.")),
        _ if character.is_control() => Some((name(), "A query cannot hold control characters.")),
        '\u{2028}' | '\u{2029}' => Some((name(), "Please use ordinary line breaks.")),
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{00AD}' => {
            Some((name(), "Invisible characters make a query look like another one. Please delete it."))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("SELECT 1\0")]
    #[case("\u{FEFF}SELECT 1")]
    #[case("SELECT\u{0B}1")]
    #[case("SELECT '\u{1B}[2J'")]
    #[case("SELECT '\u{202E}drop'")]
    #[case("SELECT 'a\u{200B}b'")]
    fn characters_that_hide_something_are_refused(#[case] sql: &str) {
        assert!(check(sql).is_err());
    }

    #[test]
    fn the_place_counts_lines_and_characters() {
        let refused = check("SELECT 'é'\r\n  , \0").unwrap_err();
        assert_eq!((refused.line, refused.column), (2, 5));
    }

    #[test]
    fn ordinary_text_of_any_script_passes() {
        assert_eq!(check("SELECT 'naïve Ärztin 医師 🙂'\n\tFROM note"), Ok(()));
    }

    #[test]
    fn more_than_a_megabyte_is_refused() {
        assert!(check(&" ".repeat(MAX_BYTES)).is_ok());
        assert!(check(&" ".repeat(MAX_BYTES + 1)).is_err());
    }
}
