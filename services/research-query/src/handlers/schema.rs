//! Questions about databases and their tables.

use std::sync::Arc;
use std::time::Duration;

use coffer_proto::common::v1::{Caller, Refusal};
use coffer_proto::query::v1::{self, DatabaseList, ListSchema, RefreshSchema};
use coffer_types::Role;

use super::caller::person;
use crate::app::App;
use crate::config::ResearchDatabaseSettings;
use crate::domain::access::Person;
use crate::domain::catalogue::{Column, Database, State, Table};

/// How long a person waits for the structure to be read again.
const READING_TIME: Duration = Duration::from_millis(1_500);

/// Answers with the databases that the caller may use, as last seen.
pub(super) async fn list(app: App, question: ListSchema) -> Result<DatabaseList, Refusal> {
    listed(&app, question.caller.as_ref(), &question.with_tables_of)
}

fn listed(app: &App, caller: Option<&Caller>, with_tables_of: &str) -> Result<DatabaseList, Refusal> {
    let person = person(caller)?;
    let catalogue = app.catalogue();
    let catalogue = catalogue.borrow();
    let databases = catalogue.iter().filter_map(|known| {
        let offered = app.database(&person, &known.name)?;
        let warning = if sees_warnings(&person) { known.warning.clone() } else { None };
        let tables = if known.name == with_tables_of { known.tables.as_slice() } else { &[] };
        Some(v1::Database {
            warning: warning.unwrap_or_default(),
            tables: tables.iter().map(|it| table(it, &offered.settings)).collect(),
            ..database(known, &offered.settings)
        })
    });
    Ok(DatabaseList { databases: databases.collect() })
}

/// Reads the structure again, now. A database that takes long is told as it was; the reading goes on.
pub(super) async fn refresh(app: App, question: RefreshSchema) -> Result<DatabaseList, Refusal> {
    if !sees_warnings(&person(question.caller.as_ref())?) {
        return Err(Refusal::forbidden(
            "Only research database managers and administrators read the structure again.",
        ));
    }
    let refresher = Arc::clone(&app.refresher);
    let reading = tokio::spawn(async move { refresher.refresh().await });
    if tokio::time::timeout(READING_TIME, reading).await.is_err() {
        tracing::info!("the structure is still being read");
    }
    listed(&app, question.caller.as_ref(), "")
}

/// Those who run the site see what is wrong with it.
fn sees_warnings(person: &Person) -> bool {
    person.is(Role::Rdbm) || person.is(Role::Admin)
}

/// Without its tables.
fn database(database: &Database, settings: &ResearchDatabaseSettings) -> v1::Database {
    let problem = match database.state {
        State::Available => "",
        State::Unavailable(problem) => problem.sentence(),
    };
    v1::Database {
        name: database.name.clone(),
        title: database.title.clone(),
        description: database.description.clone(),
        available: database.state == State::Available,
        problem: problem.to_owned(),
        tables: Vec::new(),
        table_count: u32::try_from(database.tables.len()).unwrap_or(u32::MAX),
        engine: database.engine.to_owned(),
        rid_column: settings.rid_column.clone(),
        mrid_column: settings.mrid_column.clone(),
        trid_column: settings.trid_column.clone(),
        data_version: database.data_version.clone().unwrap_or_default(),
        warning: String::new(),
        help: settings.help.clone(),
    }
}

fn table(table: &Table, settings: &ResearchDatabaseSettings) -> v1::Table {
    v1::Table {
        schema: table.schema.clone(),
        name: table.name.clone(),
        comment: table.comment.clone(),
        rows: table.rows,
        columns: table.columns.iter().map(|it| column(it, settings)).collect(),
    }
}

fn column(column: &Column, settings: &ResearchDatabaseSettings) -> v1::Column {
    v1::Column {
        name: column.name.clone(),
        r#type: column.data_type.clone(),
        nullable: column.nullable,
        comment: column.comment.clone(),
        indexed: column.indexed,
        full_text: column.full_text,
        people: settings.people(&column.name).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Problem;

    #[test]
    fn a_database_that_is_down_says_so_in_a_sentence() {
        let mut down = Database::unread("demo", "Demo", "", "postgresql");
        down.take(Err(Problem::Unreachable));
        let answer = database(&down, &ResearchDatabaseSettings::default());
        assert!(!answer.available);
        assert_eq!(answer.problem, "This database cannot be reached at the moment.");
    }
}
