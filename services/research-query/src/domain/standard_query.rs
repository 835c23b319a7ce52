//! Queries for everybody, with typed placeholders that must be those of the SQL.

use std::collections::HashSet;

use coffer_query_gate::{Dialect, Parameter, parameter_names};
use serde::{Deserialize, Serialize};

use super::query::{NotAdmitted, Query, Written};
use super::saved_query::check_sql;

/// Characters of a title, of a description, of a label.
const LONGEST_TITLE: usize = 200;
const LONGEST_DESCRIPTION: usize = 10_000;
const LONGEST_LABEL: usize = 200;

/// A query for everybody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) sql: String,
    pub(crate) placeholders: Vec<Placeholder>,
}

/// A value that is asked for before the query runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Placeholder {
    pub(crate) name: String,
    pub(crate) kind: String,
    /// The words beside its field.
    pub(crate) label: String,
    /// What the field starts with; empty: nothing.
    pub(crate) initial: String,
}

impl Template {
    /// Everything but the gate.
    pub(crate) fn check(&self, dialect: Dialect) -> Result<(), NotAdmitted> {
        let longer = |text: &str, most: usize| text.chars().nth(most).is_some();
        if self.title.trim().is_empty() {
            return Err(fault("title", "Please give the query a title."));
        }
        if longer(&self.title, LONGEST_TITLE) {
            return Err(fault("title", format!("A title has at most {LONGEST_TITLE} characters.")));
        }
        if longer(&self.description, LONGEST_DESCRIPTION) {
            let sentence = format!("A description has at most {LONGEST_DESCRIPTION} characters.");
            return Err(fault("description", sentence));
        }
        check_sql(&self.sql).map_err(|error| fault("sql", error.to_string()))?;
        let names =
            parameter_names(dialect, &self.sql).map_err(|refused| fault("sql", refused.to_string()))?;
        self.check_placeholders(&names)
    }

    /// The query as the gate sees it, with the values that the fields start with.
    pub(crate) fn query(&self) -> Query {
        let parameters = self.placeholders.iter().map(|placeholder| Written {
            name: placeholder.name.clone(),
            kind: placeholder.kind.clone(),
            value: (!placeholder.initial.is_empty()).then(|| placeholder.initial.clone()),
        });
        Query { sql: self.sql.clone(), parameters: parameters.collect() }
    }

    fn check_placeholders(&self, names: &[String]) -> Result<(), NotAdmitted> {
        let mut seen = HashSet::new();
        for (index, placeholder) in self.placeholders.iter().enumerate() {
            let field = |part: &str| format!("placeholders[{index}].{part}");
            let name = &placeholder.name;
            if !seen.insert(name) {
                return Err(fault(field("name"), format!("There are two placeholders named {name}.")));
            }
            if !names.contains(name) {
                let sentence =
                    format!("The SQL has no placeholder :{name}. Use it there, or remove it here.");
                return Err(fault(field("name"), sentence));
            }
            if placeholder.label.chars().nth(LONGEST_LABEL).is_some() {
                let sentence = format!("A label has at most {LONGEST_LABEL} characters.");
                return Err(fault(field("label"), sentence));
            }
            placeholder.check().map_err(|(part, sentence)| fault(field(part), sentence))?;
        }
        match names.iter().find(|name| !seen.contains(name)) {
            Some(name) => {
                let sentence =
                    format!("The SQL uses :{name}, which has no type here. Add a placeholder {name}.");
                Err(fault("placeholders", sentence))
            }
            None => Ok(()),
        }
    }
}

impl Placeholder {
    fn check(&self) -> Result<(), (&'static str, String)> {
        Parameter::read(&self.name, &self.kind, None).map_err(|error| ("kind", error.to_string()))?;
        if self.initial.is_empty() {
            return Ok(());
        }
        let initial = Parameter::read(&self.name, &self.kind, Some(&self.initial));
        initial.map(drop).map_err(|error| ("initial", error.to_string()))
    }
}

fn fault(field: impl Into<String>, sentence: impl Into<String>) -> NotAdmitted {
    NotAdmitted { field: field.into(), sentence: sentence.into() }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn placeholder(name: &str, kind: &str, initial: &str) -> Placeholder {
        let [name, kind, initial] = [name, kind, initial].map(ToOwned::to_owned);
        Placeholder { name, kind, label: String::new(), initial }
    }

    fn template(placeholders: Vec<Placeholder>) -> Template {
        Template {
            title: "Notes since a day".to_owned(),
            description: String::new(),
            sql: "select rid from note where at >= :since and kind = :kind".to_owned(),
            placeholders,
        }
    }

    fn good() -> Vec<Placeholder> {
        vec![placeholder("since", "date", "2026-01-31"), placeholder("kind", "text", "")]
    }

    #[test]
    fn a_good_query_starts_with_its_initial_values() {
        let template = template(good());
        template.check(Dialect::PostgreSql).unwrap();
        let values: Vec<_> = template.query().parameters.into_iter().map(|written| written.value).collect();
        assert_eq!(values, [Some("2026-01-31".to_owned()), None]);
    }

    #[rstest]
    #[case(vec![good().remove(0)], "placeholders", "The SQL uses :kind,")]
    #[case([good(), vec![placeholder("more", "text", "")]].concat(), "placeholders[2].name", "The SQL has no")]
    #[case([good(), good()].concat(), "placeholders[2].name", "There are two")]
    #[case(vec![placeholder("since", "day", "")], "placeholders[0].kind", "The type of the parameter since")]
    #[case(vec![placeholder("since", "date", "soon")], "placeholders[0].initial", "The value of the parameter")]
    fn placeholders_are_those_of_the_sql(
        #[case] placeholders: Vec<Placeholder>,
        #[case] field: &str,
        #[case] sentence: &str,
    ) {
        let fault = template(placeholders).check(Dialect::PostgreSql).unwrap_err();
        assert_eq!(fault.field, field);
        assert!(fault.sentence.starts_with(sentence), "{}", fault.sentence);
    }

    #[test]
    fn words_are_needed_and_not_too_many() {
        let check = |change: fn(&mut Template)| {
            let mut template = template(good());
            change(&mut template);
            template.check(Dialect::PostgreSql).unwrap_err().field
        };
        assert_eq!(check(|template| template.title = " ".to_owned()), "title");
        assert_eq!(check(|template| template.title = "x".repeat(LONGEST_TITLE + 1)), "title");
        assert_eq!(
            check(|template| template.description = "x".repeat(LONGEST_DESCRIPTION + 1)),
            "description"
        );
        assert_eq!(check(|template| template.sql = "select '".to_owned()), "sql");
        let label = check(|template| template.placeholders[1].label = "x".repeat(LONGEST_LABEL + 1));
        assert_eq!(label, "placeholders[1].label");
    }
}
