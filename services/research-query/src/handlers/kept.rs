//! What the handlers of queries, runs and saved things have in common.

use std::str::FromStr;

use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1;

use crate::domain::query::{NotAdmitted, Query, Written};
use crate::store::StoreError;

/// Characters of SQL in lists.
const LONGEST_IN_LISTS: usize = 2_000;

/// What is not there and what is another's: one sentence for both.
pub(super) fn not_found() -> Refusal {
    StoreError::NotFound.into()
}

/// Parses an id; a text that is none belongs to nothing.
pub(super) fn id<T: FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| not_found())
}

pub(super) fn invalid(field: &str, sentence: &str) -> Refusal {
    Refusal::invalid(field, sentence)
}

impl NotAdmitted {
    /// The refusal, with the field inside the message that holds the query.
    pub(super) fn at(self, message: &str) -> Refusal {
        Refusal::invalid(format!("{message}.{}", self.field), self.sentence)
    }
}

/// A query of a question, as written.
pub(super) fn query(sql: &str, parameters: &[v1::Parameter]) -> Query {
    let written = |parameter: &v1::Parameter| Written {
        name: parameter.name.clone(),
        kind: parameter.kind.clone(),
        value: parameter.value.clone(),
    };
    Query { sql: sql.to_owned(), parameters: parameters.iter().map(written).collect() }
}

/// The parameters of a query for an answer.
pub(super) fn parameters(query: &Query) -> Vec<v1::Parameter> {
    let parameter = |written: &Written| v1::Parameter {
        name: written.name.clone(),
        kind: written.kind.clone(),
        value: written.value.clone(),
    };
    query.parameters.iter().map(parameter).collect()
}

/// SQL as lists show it.
pub(super) fn short_sql(sql: String) -> String {
    match sql.char_indices().nth(LONGEST_IN_LISTS) {
        Some((end, _)) => format!("{} ...", sql.get(..end).unwrap_or_default()),
        None => sql,
    }
}
