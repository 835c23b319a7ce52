//! `coffer.svc.research-query.schema.list.v1`: databases and their tables.

use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::{self, DatabaseList, ListSchema};

use super::caller::person;
use crate::app::App;
use crate::config::ResearchDatabaseSettings;
use crate::domain::catalogue::{Column, Database, State, Table};

/// Answers with the databases that the caller may use, as last seen.
pub(crate) fn list(app: &App, question: &ListSchema) -> Result<DatabaseList, Refusal> {
    let person = person(question.caller.as_ref())?;
    let catalogue = app.catalogue.borrow();
    let databases = catalogue.iter().filter_map(|known| {
        let offered = app.database(&person, &known.name)?;
        Some(database(known, &offered.settings))
    });
    Ok(DatabaseList { databases: databases.collect() })
}

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
        tables: database.tables.iter().map(|it| table(it, settings)).collect(),
        engine: String::new(),
        rid_column: settings.rid_column.clone(),
        mrid_column: settings.mrid_column.clone(),
        trid_column: settings.trid_column.clone(),
        data_version: String::new(),
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
        full_text: false,
        people: settings.people(&column.name).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Problem;

    #[test]
    fn a_database_that_is_down_says_so_in_a_sentence() {
        let mut down = Database::unread("demo", "Demo", "");
        down.take(Err(Problem::Unreachable));
        let answer = database(&down, &ResearchDatabaseSettings::default());
        assert!(!answer.available);
        assert_eq!(answer.problem, "This database cannot be reached at the moment.");
    }
}
