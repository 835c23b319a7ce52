//! `coffer.svc.research-query.helper.*`: SQL that is written for people, from what is known of the database.

use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::{self, MadeQuery, MakeTextAnywhere};
use coffer_query_gate::text_anywhere::{self, Search};
use coffer_query_gate::{Parameter, Value};
use coffer_types::Role;

use super::caller::person;
use crate::app::App;
use crate::config::ResearchDatabaseSettings;
use crate::domain::access::Person;
use crate::domain::text_anywhere::{Places, Wanted, places};

/// Who writes queries by helpers.
const WRITERS: [Role; 3] = [Role::Researcher, Role::Clinician, Role::Rdbm];

/// Answers [`MakeTextAnywhere`].
pub(super) async fn text_anywhere(app: App, question: MakeTextAnywhere) -> Result<MadeQuery, Refusal> {
    let person = person(question.caller.as_ref())?;
    must_write(&person)?;
    let offered = app.database(&person, &question.database);
    let offered = offered.ok_or_else(|| Refusal::invalid("database", "There is no such database."))?;
    let settings = &offered.settings;
    let wanted = Wanted {
        id_column: id_column(settings, &question.id_kind)?,
        id_columns: [&settings.rid_column, &settings.mrid_column, &settings.trid_column].map(String::as_str),
        date_columns: &settings.date_columns,
        least_width: question.least_width,
    };
    if question.fragment.trim().is_empty() {
        return Err(Refusal::invalid("fragment", "Please enter the text to look for."));
    }
    let Places { tables, numeric_ids } = places(&app.tables(&question.database), &wanted);
    let search = Search {
        fragment: question.fragment,
        id: id_value(&question.id_kind, &question.id_value, numeric_ids)?,
        full_text: question.use_full_text,
        with_content: question.with_content,
        with_date: question.with_date,
    };
    let made = text_anywhere::build(offered.database.dialect(), &tables, &search).ok_or_else(nowhere)?;
    let columns = tables.iter().map(|table| table.columns.len()).sum::<usize>();
    Ok(MadeQuery {
        sql: made.sql,
        parameters: made.parameters.into_iter().map(parameter).collect(),
        columns: u32::try_from(columns).unwrap_or(u32::MAX),
    })
}

fn must_write(person: &Person) -> Result<(), Refusal> {
    if person.may_use(&WRITERS) {
        return Ok(());
    }
    Err(Refusal::forbidden("Only researchers, clinicians and research database managers write queries."))
}

fn id_column<'a>(settings: &'a ResearchDatabaseSettings, kind: &str) -> Result<&'a str, Refusal> {
    let column = match kind {
        "rid" => &settings.rid_column,
        "mrid" => &settings.mrid_column,
        "trid" => &settings.trid_column,
        _ => {
            return Err(Refusal::invalid("id_kind", "This is not a kind of research id: rid, mrid or trid."));
        }
    };
    if column.is_empty() {
        return Err(Refusal::invalid("id_kind", format!("This database has no ids of the kind {kind}.")));
    }
    Ok(column)
}

fn id_value(kind: &str, text: &str, numeric: bool) -> Result<Option<Value>, Refusal> {
    let invalid = |sentence: &str| Refusal::invalid("id_value", sentence);
    let text = text.trim();
    match text {
        "" if kind == "mrid" => {
            Err(invalid("Please enter a master research id: with it the search is of one person."))
        }
        "" => Ok(None),
        text if numeric => {
            let number = text.parse().map_err(|_| invalid("Such ids are whole numbers in this database."))?;
            Ok(Some(Value::Integer(number)))
        }
        text => Ok(Some(Value::Text(text.to_owned()))),
    }
}

fn nowhere() -> Refusal {
    Refusal::conflict("No table of this database holds such ids and text of this width.")
}

fn parameter(parameter: Parameter) -> v1::Parameter {
    let kind = parameter.value.kind().as_str().to_owned();
    let value = match parameter.value {
        Value::Null(_) => None,
        Value::Text(text) => Some(text),
        Value::Integer(number) => Some(number.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Boolean(boolean) => Some(boolean.to_string()),
        Value::Date(date) => Some(date.to_string()),
        Value::Timestamp(moment) => Some(moment.to_string()),
    };
    v1::Parameter { name: parameter.name, kind, value }
}
