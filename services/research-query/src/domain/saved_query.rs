//! Queries that people keep, and what makes one of them a new version.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::query::Query;

/// Characters of a name, of a note, of one tag.
const LONGEST_NAME: usize = 200;
const LONGEST_NOTE: usize = 10_000;
const LONGEST_TAG: usize = 50;
/// Tags of one query.
const MOST_TAGS: usize = 20;
/// Bytes of SQL. Nobody writes so much; the bus could not carry more.
pub(crate) const LONGEST_SQL: usize = 200_000;

/// What a person says of a query. It may change without a new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct About {
    pub(crate) name: String,
    pub(crate) note: String,
    pub(crate) tags: Vec<String>,
}

/// What is wrong with a query that somebody wants to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum Fault {
    #[error("Please give the query a name.")]
    NoName,
    #[error("A name has at most {LONGEST_NAME} characters.")]
    Name,
    #[error("A note has at most {LONGEST_NOTE} characters.")]
    Note,
    #[error("A query has at most {MOST_TAGS} tags of {LONGEST_TAG} characters.")]
    Tags,
    #[error("The SQL is too long: at most {LONGEST_SQL} bytes can be kept.")]
    Sql,
}

impl Fault {
    /// The field of the question.
    pub(crate) const fn field(self) -> &'static str {
        match self {
            Self::NoName | Self::Name => "query.name",
            Self::Note => "query.note",
            Self::Tags => "query.tags",
            Self::Sql => "query.sql",
        }
    }
}

impl About {
    /// Tidies what was typed: no blanks around, no empty tags, each tag once.
    pub(crate) fn read(name: &str, note: &str, tags: &[String]) -> Result<Self, Fault> {
        let mut tidy: Vec<String> = Vec::new();
        for tag in tags.iter().map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
            if !tidy.iter().any(|known| known == tag) {
                tidy.push(tag.to_owned());
            }
        }
        let about = Self { name: name.trim().to_owned(), note: note.trim().to_owned(), tags: tidy };
        about.check()?;
        Ok(about)
    }

    fn check(&self) -> Result<(), Fault> {
        let longer = |text: &str, most: usize| text.chars().nth(most).is_some();
        match self {
            _ if self.name.is_empty() => Err(Fault::NoName),
            _ if longer(&self.name, LONGEST_NAME) => Err(Fault::Name),
            _ if longer(&self.note, LONGEST_NOTE) => Err(Fault::Note),
            _ if self.tags.len() > MOST_TAGS => Err(Fault::Tags),
            _ if self.tags.iter().any(|tag| longer(tag, LONGEST_TAG)) => Err(Fault::Tags),
            _ => Ok(()),
        }
    }

    /// Whether a search finds the query; case does not count, and nothing finds everything.
    pub(crate) fn is_found(&self, query: &Query, search: &str) -> bool {
        let search = search.trim().to_lowercase();
        let texts = [&self.name, &self.note, &query.sql];
        search.is_empty()
            || texts.into_iter().chain(&self.tags).any(|text| text.to_lowercase().contains(&search))
    }
}

/// Whether SQL can be kept at all; the gate says the rest.
pub(crate) fn check_sql(sql: &str) -> Result<(), Fault> {
    if sql.len() > LONGEST_SQL { Err(Fault::Sql) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn tags(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    fn query(sql: &str) -> Query {
        Query { sql: sql.to_owned(), parameters: Vec::new() }
    }

    #[test]
    fn what_was_typed_is_tidied() {
        let about = About::read("  Low mood ", "\n", &tags(&[" a ", "", "b", "a"])).unwrap();
        assert_eq!((about.name.as_str(), about.note.as_str()), ("Low mood", ""));
        assert_eq!(about.tags, ["a", "b"]);
    }

    #[test]
    fn each_fault_names_its_field() {
        let many: Vec<_> = (0..=MOST_TAGS).map(|number| number.to_string()).collect();
        let long = |most: usize| "ä".repeat(most + 1);
        let faults = [
            About::read(" ", "", &[]).unwrap_err(),
            About::read(&long(LONGEST_NAME), "", &[]).unwrap_err(),
            About::read("a", &long(LONGEST_NOTE), &[]).unwrap_err(),
            About::read("a", "", &many).unwrap_err(),
            About::read("a", "", &[long(LONGEST_TAG)]).unwrap_err(),
            check_sql(&" ".repeat(LONGEST_SQL + 1)).unwrap_err(),
        ];
        let fields = faults.map(Fault::field);
        assert_eq!(
            fields,
            ["query.name", "query.name", "query.note", "query.tags", "query.tags", "query.sql"]
        );
        assert!(About::read(&"ä".repeat(LONGEST_NAME), "", &[]).is_ok());
    }

    #[rstest]
    #[case("", true)]
    #[case("MOOD", true)]
    #[case("follow", true)]
    #[case("from note", true)]
    #[case("école", true)]
    #[case("lithium", false)]
    fn a_search_looks_everywhere(#[case] search: &str, #[case] found: bool) {
        let about = About::read("Low mood", "Follow up", &tags(&["ÉCOLE"])).unwrap();
        assert_eq!(about.is_found(&query("select rid FROM note"), search), found);
    }
}
