//! What the databases contain, as last seen. A database that goes down keeps the tables known of it.

/// A column, with the table that it belongs to: one line of what a database tells of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ColumnLine {
    pub(crate) schema: String,
    pub(crate) table: String,
    pub(crate) table_comment: String,
    /// The database's estimate; -1 when it has none.
    pub(crate) rows: i64,
    pub(crate) column: Column,
}

/// A table with its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) comment: String,
    pub(crate) rows: i64,
    pub(crate) columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) data_type: String,
    pub(crate) nullable: bool,
    pub(crate) comment: String,
    pub(crate) indexed: bool,
    /// Whether a full-text index covers it.
    pub(crate) full_text: bool,
}

/// Gathers lines, ordered by table, into tables.
pub(crate) fn tables(lines: Vec<ColumnLine>) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    for line in lines {
        match tables.last_mut().filter(|last| last.schema == line.schema && last.name == line.table) {
            Some(table) => table.columns.push(line.column),
            None => tables.push(Table {
                schema: line.schema,
                name: line.table,
                comment: line.table_comment,
                rows: line.rows,
                columns: vec![line.column],
            }),
        }
    }
    tables
}

/// A database as last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Database {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) description: String,
    /// Its make: `postgresql`, `mysql` or `sqlserver`.
    pub(crate) engine: &'static str,
    pub(crate) state: State,
    pub(crate) tables: Vec<Table>,
    /// What it says of its data, such as the day of the last refresh.
    pub(crate) data_version: Option<String>,
    /// What is wrong with our account there, for those who run the site.
    pub(crate) warning: Option<String>,
}

/// What was read from a database at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) tables: Vec<Table>,
    pub(crate) data_version: Option<String>,
    pub(crate) warning: Option<String>,
}

/// Whether a database could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Available,
    Unavailable(Problem),
}

/// Why a database could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Problem {
    NotReadYet,
    Unreachable,
    AccountRefused,
}

impl Problem {
    /// A sentence for people who cannot mend it.
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Self::NotReadYet => "This database has not been read yet.",
            Self::Unreachable => "This database cannot be reached at the moment.",
            Self::AccountRefused => "This database does not accept our account at the moment.",
        }
    }
}

impl Database {
    /// A database that was not read yet. Without a title it goes by its name.
    pub(crate) fn unread(name: &str, title: &str, description: &str, engine: &'static str) -> Self {
        let title = if title.is_empty() { name } else { title };
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            engine,
            state: State::Unavailable(Problem::NotReadYet),
            tables: Vec::new(),
            data_version: None,
            warning: None,
        }
    }

    /// Takes in a reading, good or bad.
    pub(crate) fn take(&mut self, reading: Result<Reading, Problem>) {
        match reading {
            Ok(reading) => {
                self.tables = reading.tables;
                self.data_version = reading.data_version;
                self.warning = reading.warning;
                self.state = State::Available;
            }
            Err(problem) => self.state = State::Unavailable(problem),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(table: &str, column: &str) -> ColumnLine {
        ColumnLine {
            schema: "public".to_owned(),
            table: table.to_owned(),
            table_comment: String::new(),
            rows: 7,
            column: Column {
                name: column.to_owned(),
                data_type: "text".to_owned(),
                nullable: true,
                comment: String::new(),
                indexed: false,
                full_text: false,
            },
        }
    }

    #[test]
    fn lines_become_tables_in_their_order() {
        let tables = tables(vec![line("note", "rid"), line("note", "text"), line("score", "rid")]);
        let shape: Vec<_> = tables.iter().map(|table| (table.name.as_str(), table.columns.len())).collect();
        assert_eq!(shape, [("note", 2), ("score", 1)]);
    }

    #[test]
    fn a_database_that_goes_down_keeps_what_is_known_of_it() {
        let reading =
            |tables, version: &str| Reading { tables, data_version: Some(version.to_owned()), warning: None };
        let mut database = Database::unread("demo", "", "", "postgresql");
        assert_eq!(database.title, "demo");
        database.take(Ok(reading(tables(vec![line("note", "rid")]), "monday")));
        database.take(Err(Problem::Unreachable));
        assert_eq!(database.state, State::Unavailable(Problem::Unreachable));
        assert_eq!((database.tables.len(), database.data_version.as_deref()), (1, Some("monday")));
        database.take(Ok(reading(Vec::new(), "tuesday")));
        assert_eq!((database.state, database.tables.len()), (State::Available, 0));
    }
}
