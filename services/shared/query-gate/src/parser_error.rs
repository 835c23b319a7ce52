//! Messages of the parser as refusals.

use sqlparser::parser::ParserError;
use sqlparser::tokenizer::Location;

use crate::dialect::Dialect;
use crate::refused::Refused;

/// The parser could not make sense of a text that ends at `end`. Its message ends with the place.
pub(crate) fn refusal(dialect: Dialect, error: &ParserError, end: Location) -> Refused {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message.as_str(),
        ParserError::RecursionLimitExceeded => return too_deep(),
    };
    let (what, place) = split_place(message);
    if let Some(expected) = what.strip_suffix(", found: EOF") {
        return Refused::at(end, "end of the query", sentence(dialect, &format!("{expected} here")));
    }
    let found = what.rsplit_once("found: ").map_or("syntax", |(_, found)| found);
    Refused::at(place, found, sentence(dialect, what))
}

/// The refusal of a query that is nested too deeply.
pub(crate) fn too_deep() -> Refused {
    Refused::whole("nesting", "The query is nested too deeply. Please use WITH or fewer parentheses.")
}

/// A message of the parser as a sentence.
pub(crate) fn sentence(dialect: Dialect, message: &str) -> String {
    format!("This could not be read as a query in {}: {}.", dialect.title(), message.trim_end_matches('.'))
}

/// A message of the parser without its place, and the place.
fn split_place(message: &str) -> (&str, Location) {
    let unknown = Location { line: 1, column: 1 };
    let Some((what, place)) = message.rsplit_once(" at Line: ") else { return (message, unknown) };
    let Some((line, column)) = place.split_once(", Column: ") else { return (message, unknown) };
    match (line.parse(), column.parse()) {
        (Ok(line), Ok(column)) => (what, Location { line, column }),
        _ => (message, unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: Location = Location { line: 7, column: 9 };

    #[test]
    fn what_is_missing_is_missed_at_the_end() {
        let error = ParserError::ParserError("Expected: ), found: EOF".into());
        let refused = refusal(Dialect::PostgreSql, &error, END);
        assert_eq!((refused.line, refused.column, refused.construct.as_str()), (7, 9, "end of the query"));
    }

    #[test]
    fn the_place_is_taken_out_of_the_parsers_message() {
        let error =
            ParserError::ParserError("Expected: an expression, found: FROM at Line: 3, Column: 12".into());
        let refused = refusal(Dialect::PostgreSql, &error, END);
        assert_eq!((refused.line, refused.column, refused.construct.as_str()), (3, 12, "FROM"));
        assert!(!refused.reason.contains("Line:"));
    }

    #[test]
    fn a_message_without_a_place_points_at_the_beginning() {
        let refused = refusal(Dialect::MySql, &ParserError::ParserError("odd".into()), END);
        assert_eq!((refused.line, refused.column), (1, 1));
    }
}
