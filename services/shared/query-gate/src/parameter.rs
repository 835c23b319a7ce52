//! Typed values of named parameters, read from what a form or the API holds.

use std::fmt;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::dialect::UnknownWord;

/// The longest name of a parameter.
const MAX_NAME: usize = 63;

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParameterKind {
    /// Any text.
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// A number with a fraction.
    Number,
    /// True or false.
    Boolean,
    /// A day.
    Date,
    /// A day and a time, without a time zone.
    Timestamp,
}

impl ParameterKind {
    /// All of them, in the order in which forms offer them.
    pub const ALL: [Self; 6] =
        [Self::Text, Self::Integer, Self::Number, Self::Boolean, Self::Date, Self::Timestamp];

    /// The word for it on the wire and in tables.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
        }
    }

    /// What a value of it looks like, for the sentence that refuses another.
    const fn example(self) -> &'static str {
        match self {
            Self::Text => "text without control characters",
            Self::Integer => "a whole number such as 42",
            Self::Number => "a number such as 3.5",
            Self::Boolean => "true or false",
            Self::Date => "a date such as 2024-01-31",
            Self::Timestamp => "a date and time such as 2024-01-31 13:45:00",
        }
    }
}

impl fmt::Display for ParameterKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for ParameterKind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(UnknownWord)
    }
}

/// What is bound to a placeholder.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value, of a type.
    Null(ParameterKind),
    /// Text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction; always finite.
    Number(f64),
    /// A truth value.
    Boolean(bool),
    /// A day.
    Date(NaiveDate),
    /// A day and a time.
    Timestamp(NaiveDateTime),
}

impl Value {
    /// Its type.
    pub const fn kind(&self) -> ParameterKind {
        match self {
            Self::Null(kind) => *kind,
            Self::Text(_) => ParameterKind::Text,
            Self::Integer(_) => ParameterKind::Integer,
            Self::Number(_) => ParameterKind::Number,
            Self::Boolean(_) => ParameterKind::Boolean,
            Self::Date(_) => ParameterKind::Date,
            Self::Timestamp(_) => ParameterKind::Timestamp,
        }
    }

    fn read(kind: ParameterKind, text: &str) -> Option<Self> {
        let trimmed = text.trim();
        match kind {
            ParameterKind::Text => (!text.contains('\0')).then(|| Self::Text(text.to_owned())),
            ParameterKind::Integer => trimmed.parse().ok().map(Self::Integer),
            ParameterKind::Number => {
                trimmed.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Number)
            }
            ParameterKind::Boolean => read_boolean(trimmed).map(Self::Boolean),
            ParameterKind::Date => NaiveDate::parse_from_str(trimmed, "%Y-%m-%d").ok().map(Self::Date),
            ParameterKind::Timestamp => read_timestamp(trimmed).map(Self::Timestamp),
        }
    }
}

/// A named parameter of a query, with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// The name after the colon.
    pub name: String,
    /// What is bound.
    pub value: Value,
}

/// A parameter that cannot be bound, in words for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidParameter {
    /// The name could not stand in a query.
    #[error(
        "The name of a parameter is letters, digits and underscores, begins with a letter and has at most 63 \
         characters."
    )]
    Name,
    /// No such type.
    #[error(
        "The type of the parameter {name} is not known: text, integer, number, boolean, date or timestamp."
    )]
    Kind {
        /// Which parameter.
        name: String,
    },
    /// The value is not of the type. The value itself is not repeated.
    #[error("The value of the parameter {name} is not of its type: please enter {expected}.")]
    Value {
        /// Which parameter.
        name: String,
        /// What would be right.
        expected: &'static str,
    },
}

impl Parameter {
    /// Reads a parameter as forms and the API hold it. `None` is NULL.
    pub fn read(name: &str, kind: &str, value: Option<&str>) -> Result<Self, InvalidParameter> {
        if !is_name(name) {
            return Err(InvalidParameter::Name);
        }
        let kind: ParameterKind =
            kind.parse().map_err(|UnknownWord| InvalidParameter::Kind { name: name.to_owned() })?;
        let value = match value {
            None => Value::Null(kind),
            Some(text) => Value::read(kind, text)
                .ok_or_else(|| InvalidParameter::Value { name: name.to_owned(), expected: kind.example() })?,
        };
        Ok(Self { name: name.to_owned(), value })
    }
}

/// Whether `name` can stand behind a colon.
pub(crate) fn is_name(name: &str) -> bool {
    name.len() <= MAX_NAME
        && name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

fn read_boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// Browsers send `2024-01-31T13:45`; people and databases write a blank and seconds.
fn read_timestamp(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .into_iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("text", "  as it is ", Value::Text("  as it is ".into()))]
    #[case("integer", " 42 ", Value::Integer(42))]
    #[case("integer", "-9223372036854775808", Value::Integer(i64::MIN))]
    #[case("number", "3.5", Value::Number(3.5))]
    #[case("boolean", "TRUE", Value::Boolean(true))]
    #[case("date", "2024-02-29", Value::Date(NaiveDate::from_ymd_opt(2024, 2, 29).unwrap()))]
    fn a_value_is_read_by_its_type(#[case] kind: &str, #[case] text: &str, #[case] value: Value) {
        assert_eq!(Parameter::read("p", kind, Some(text)).unwrap().value, value);
    }

    #[rstest]
    #[case("2024-01-31T13:45")]
    #[case("2024-01-31 13:45")]
    #[case("2024-01-31T13:45:00")]
    #[case("2024-01-31 13:45:00.000")]
    fn a_timestamp_has_several_spellings(#[case] text: &str) {
        let expected = NaiveDate::from_ymd_opt(2024, 1, 31).unwrap().and_hms_opt(13, 45, 0).unwrap();
        assert_eq!(Parameter::read("p", "timestamp", Some(text)).unwrap().value, Value::Timestamp(expected));
    }

    #[rstest]
    #[case("integer", "4.2")]
    #[case("integer", "9223372036854775808")]
    #[case("number", "NaN")]
    #[case("number", "inf")]
    #[case("boolean", "maybe")]
    #[case("date", "2023-02-29")]
    #[case("date", "31/01/2024")]
    #[case("timestamp", "2024-01-30")]
    #[case("text", "a\0b")]
    fn a_value_of_another_type_is_refused(#[case] kind: &str, #[case] text: &str) {
        let refused = Parameter::read("since", kind, Some(text)).unwrap_err();
        assert!(refused.to_string().contains("since"));
        assert!(!refused.to_string().contains(text), "the value is not repeated");
    }

    #[test]
    fn null_keeps_its_type() {
        assert_eq!(Parameter::read("p", "date", None).unwrap().value, Value::Null(ParameterKind::Date));
    }

    #[rstest]
    #[case("")]
    #[case("1st")]
    #[case("a-b")]
    #[case("naïve")]
    fn a_name_must_be_plain(#[case] name: &str) {
        assert_eq!(Parameter::read(name, "text", None), Err(InvalidParameter::Name));
    }

    #[test]
    fn an_unknown_type_is_named_as_such() {
        let refused = Parameter::read("p", "uuid", None).unwrap_err();
        assert_eq!(refused, InvalidParameter::Kind { name: "p".into() });
    }
}
