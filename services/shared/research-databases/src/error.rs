//! What goes wrong with a research database, in words for the person who asked.

use thiserror::Error;

/// Why a database told nothing of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Problem {
    /// It does not answer.
    #[error("This database cannot be reached at the moment.")]
    Unreachable,
    /// It refuses our account or its password, or has no database of this name.
    #[error("This database does not accept our account at the moment.")]
    AccountRefused,
}

/// Why an execution came to no good end. Every text is a sentence for a person and names no address.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ExecutionError {
    /// The time limit passed.
    #[error("The query took longer than its time limit.")]
    TimedOut,
    /// Somebody ended it: we on request, or the administrator of the database.
    #[error("The query was ended in the database.")]
    Cancelled,
    /// The database refuses the query; its own words. They may hold values: not for logs.
    #[error("{0}")]
    Sql(String),
    /// The database does not answer.
    #[error("This database cannot be reached at the moment.")]
    Unreachable,
    /// The database refuses our account or its password, or has no database of this name.
    #[error("This database does not accept our account at the moment.")]
    AccountRefused,
    /// A single value is too large to keep.
    #[error("A value in the column {column} is larger than {limit} bytes, the most that is kept.")]
    CellTooLarge {
        /// The column's name.
        column: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// The connection broke, or the database did not confirm an end.
    #[error("The connection to the database was lost.")]
    Lost,
}

impl From<ExecutionError> for Problem {
    fn from(error: ExecutionError) -> Self {
        if error == ExecutionError::AccountRefused { Self::AccountRefused } else { Self::Unreachable }
    }
}

/// A parameter whose value the database has no form for, such as a day in a far year.
pub(crate) fn unbindable() -> ExecutionError {
    ExecutionError::Sql("A parameter has a value that this database cannot take.".to_owned())
}

/// A database's message as a sentence.
pub(crate) fn sentence(message: &str) -> String {
    let message = message.trim();
    let mut characters = message.chars();
    let Some(first) = characters.next() else {
        return "The database refuses the query and does not say why.".to_owned();
    };
    let end = if message.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_become_sentences() {
        assert_eq!(sentence("division by zero"), "Division by zero.");
        assert_eq!(sentence("  Unknown column 'x' in 'field list'. "), "Unknown column 'x' in 'field list'.");
        assert_eq!(sentence("événement"), "Événement.");
        assert!(sentence("").ends_with('.'));
    }
}
