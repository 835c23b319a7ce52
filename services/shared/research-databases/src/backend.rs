//! Which session of which database executes a query: enough to end it after the worker is gone.

use std::fmt;
use std::str::FromStr;

use coffer_query_gate::Dialect;
use thiserror::Error;

/// A session, known by its number and the time of its start: databases use numbers again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backend {
    dialect: Dialect,
    number: u64,
    started: String,
}

/// The text does not name a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is not the name of a session")]
pub struct InvalidBackend;

impl Backend {
    /// `started` is any text without white space that differs between sessions of the same number.
    pub(crate) fn new(dialect: Dialect, number: u64, started: &str) -> Self {
        Self { dialect, number, started: started.to_owned() }
    }

    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn started(&self) -> &str {
        &self.started
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.dialect.as_str(), self.number, self.started)
    }
}

impl FromStr for Backend {
    type Err = InvalidBackend;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut words = text.split_ascii_whitespace();
        let (Some(dialect), Some(number), Some(started), None) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(InvalidBackend);
        };
        let dialects = [Dialect::PostgreSql, Dialect::MySql, Dialect::SqlServer];
        let dialect = dialects.into_iter().find(|known| known.as_str() == dialect).ok_or(InvalidBackend)?;
        let number = number.parse().map_err(|_| InvalidBackend)?;
        Ok(Self::new(dialect, number, started))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_session_reads_back() {
        let backend = Backend::new(Dialect::PostgreSql, 4711, "20260101120000000000");
        assert_eq!(backend.to_string(), "postgresql 4711 20260101120000000000");
        assert_eq!(backend.to_string().parse(), Ok(backend));
        for text in ["", "postgresql", "postgresql x 1", "oracle 1 1", "mysql 1 2 3"] {
            assert_eq!(text.parse::<Backend>(), Err(InvalidBackend), "{text}");
        }
    }
}
