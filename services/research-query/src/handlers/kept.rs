//! Questions about what people keep and read, and what their handlers have in common.

use std::str::FromStr;

use coffer_bus::Answers;
use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1;
use coffer_query_gate::{Dialect, Gate};

use super::{highlights, saved_queries, standard_queries};
use crate::app::{App, Offered};
use crate::domain::query::{NotAdmitted, Query, Written};
use crate::store::StoreError;

/// Characters of SQL in lists.
const LONGEST_IN_LISTS: usize = 2_000;

/// Binds questions to the functions that answer them.
macro_rules! answers {
    ($answers:expr, $app:expr, $($question:ty => $answer:path;)+) => {
        $answers$(.on({
            let app: App = $app.clone();
            move |question: $question| $answer(app.clone(), question)
        }))+
    };
}

/// Adds these questions to those that the service answers.
pub(super) fn answer(answers: Answers, app: &App) -> Answers {
    answers! { answers, app,
        v1::ListHighlights => highlights::list;
        v1::SaveHighlight => highlights::save;
        v1::DeleteHighlight => highlights::delete;
        v1::ListSavedQueries => saved_queries::list;
        v1::GetSavedQuery => saved_queries::get;
        v1::SaveQuery => saved_queries::save;
        v1::DeleteSavedQuery => saved_queries::delete;
        v1::ListStandardQueries => standard_queries::list;
        v1::GetStandardQuery => standard_queries::get;
        v1::SaveStandardQuery => standard_queries::save;
        v1::DeleteStandardQuery => standard_queries::delete;
    }
}

/// What every query passes first.
pub(super) fn gate(database: &Offered) -> Gate {
    Gate::new(dialect(database), &database.settings.schemas)
}

/// The language of a database.
pub(super) fn dialect(_: &Offered) -> Dialect {
    Dialect::PostgreSql
}

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
pub(super) fn shortened(sql: String) -> String {
    match sql.char_indices().nth(LONGEST_IN_LISTS) {
        Some((end, _)) => format!("{} ...", sql.get(..end).unwrap_or_default()),
        None => sql,
    }
}
