//! The answer to a query that may not run: what, where, why.

use sqlparser::tokenizer::Location;
use thiserror::Error;

/// The longest piece of the user's own text that a refusal repeats, in characters.
const SHOWN: usize = 60;

/// Why a query was not admitted, in words for the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{construct} (line {line}, column {column}): {reason}")]
pub struct Refused {
    /// What stands in the way.
    pub construct: String,
    /// Line in the user's text, from 1.
    pub line: u64,
    /// Character of that line, from 1.
    pub column: u64,
    /// Why, in a plain sentence.
    pub reason: String,
}

impl Refused {
    /// A refusal at a place. A place that the parser does not know is the beginning.
    pub(crate) fn at(place: Location, construct: impl Into<String>, reason: impl Into<String>) -> Self {
        let construct: String = construct.into().chars().take(SHOWN).collect();
        Self { construct, line: place.line.max(1), column: place.column.max(1), reason: reason.into() }
    }

    /// A refusal of the text as a whole.
    pub(crate) fn whole(construct: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::at(Location { line: 1, column: 1 }, construct, reason)
    }
}
