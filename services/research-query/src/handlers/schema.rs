//! `coffer.svc.research-query.schema.list.v1`: databases and their tables.

use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::{self, DatabaseList, ListSchema};

use crate::domain::access::may_see_schema;
use crate::domain::catalogue::{Column, Database, State, Table};

/// Answers with the databases as last seen.
pub(crate) fn list(question: &ListSchema, databases: &[Database]) -> Result<DatabaseList, Refusal> {
    let roles = question.caller.iter().flat_map(|caller| caller.roles.iter().map(String::as_str));
    if !may_see_schema(roles) {
        return Err(Refusal::forbidden("Your role may not see research databases."));
    }
    Ok(DatabaseList { databases: databases.iter().map(database).collect() })
}

fn database(database: &Database) -> v1::Database {
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
        tables: database.tables.iter().map(table).collect(),
        ..v1::Database::default()
    }
}

fn table(table: &Table) -> v1::Table {
    v1::Table {
        schema: table.schema.clone(),
        name: table.name.clone(),
        comment: table.comment.clone(),
        rows: table.rows,
        columns: table.columns.iter().map(column).collect(),
    }
}

fn column(column: &Column) -> v1::Column {
    v1::Column {
        name: column.name.clone(),
        r#type: column.data_type.clone(),
        nullable: column.nullable,
        comment: column.comment.clone(),
        indexed: column.indexed,
        ..v1::Column::default()
    }
}

#[cfg(test)]
mod tests {
    use coffer_proto::common::v1::Caller;
    use coffer_proto::common::v1::refusal::Code;

    use super::*;
    use crate::domain::catalogue::Problem;

    fn question(roles: &[&str]) -> ListSchema {
        let roles = roles.iter().map(|role| (*role).to_owned()).collect();
        ListSchema { caller: Some(Caller { roles, ..Caller::default() }) }
    }

    #[test]
    fn a_database_that_is_down_says_so_in_a_sentence() {
        let mut down = Database::unread("demo", "Demo", "");
        down.take(Err(Problem::Unreachable));
        let answer = list(&question(&["researcher"]), &[down]).unwrap();
        assert!(!answer.databases[0].available);
        assert_eq!(answer.databases[0].problem, "This database cannot be reached at the moment.");
    }

    #[test]
    fn without_a_role_nothing_is_told() {
        assert_eq!(list(&question(&[]), &[]).unwrap_err().code(), Code::Forbidden);
        assert_eq!(list(&ListSchema::default(), &[]).unwrap_err().code(), Code::Forbidden);
    }
}
