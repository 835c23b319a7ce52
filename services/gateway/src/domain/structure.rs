//! What of a database's structure a search finds, and how much of it a page can hold.

use coffer_proto::query::v1::{Column, Table};

/// A table with those of its columns that are looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found<'a> {
    /// The table.
    pub table: &'a Table,
    /// Which of its columns; all where the search fits the table itself.
    columns: Columns<'a>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Columns<'a> {
    All,
    Fitting(&'a Words),
}

/// What somebody looks for: every word must stand somewhere in a column, its table or its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of a search box.
    pub fn of(search: &str) -> Self {
        Self(search.split_whitespace().map(str::to_lowercase).collect())
    }

    /// The tables that fit, or that have columns that fit.
    pub fn find<'a>(&'a self, tables: &'a [Table]) -> Vec<Found<'a>> {
        tables.iter().filter_map(|table| self.look_at(table)).collect()
    }

    fn look_at<'a>(&'a self, table: &'a Table) -> Option<Found<'a>> {
        if self.fit(&table_text(table), "") {
            return Some(Found { table, columns: Columns::All });
        }
        let found = Found { table, columns: Columns::Fitting(self) };
        found.columns().next().is_some().then_some(found)
    }

    fn fit(&self, table: &str, column: &str) -> bool {
        self.0.iter().all(|word| table.contains(word) || column.contains(word))
    }
}

impl<'a> Found<'a> {
    /// The columns that are looked for, in their order.
    pub fn columns(self) -> impl Iterator<Item = &'a Column> {
        let table = table_text(self.table);
        self.table.columns.iter().filter(move |column| match self.columns {
            Columns::All => true,
            Columns::Fitting(words) => words.fit(&table, &column_text(column)),
        })
    }
}

/// The part of `tables` that starts after `offset` and has at most `limit` tables.
pub fn slice<'a, 'b>(tables: &'b [Found<'a>], offset: usize, limit: usize) -> &'b [Found<'a>] {
    let rest = tables.get(offset..).unwrap_or_default();
    rest.get(..limit).unwrap_or(rest)
}

/// Tables that follow each other in the same schema, with its name.
pub fn by_schema<'a>(tables: &[Found<'a>]) -> Vec<(&'a str, Vec<Found<'a>>)> {
    let schemas = tables.chunk_by(|one, other| one.table.schema == other.table.schema);
    schemas.filter_map(|tables| Some((tables.first()?.table.schema.as_str(), tables.to_vec()))).collect()
}

fn table_text(table: &Table) -> String {
    format!("{}.{} {}", table.schema, table.name, table.comment).to_lowercase()
}

fn column_text(column: &Column) -> String {
    format!("{} {}", column.name, column.comment).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(schema: &str, name: &str, columns: &[&str]) -> Table {
        let column = |name: &&str| Column { name: (*name).to_owned(), ..Column::default() };
        Table {
            schema: schema.to_owned(),
            name: name.to_owned(),
            columns: columns.iter().map(column).collect(),
            ..Table::default()
        }
    }

    /// `table: column column` of each table that is found.
    fn found(search: &str) -> Vec<String> {
        let tables = [
            table("records", "note", &["rid", "note_date", "text"]),
            table("records", "admission", &["rid", "admitted_date"]),
            table("nlp", "drug", &["rid", "note_id", "name"]),
        ];
        let words = Words::of(search);
        let describe = |found: &Found<'_>| {
            let columns: Vec<_> = found.columns().map(|column| column.name.as_str()).collect();
            format!("{}: {}", found.table.name, columns.join(" "))
        };
        words.find(&tables).iter().map(describe).collect()
    }

    #[test]
    fn a_word_fits_a_table_or_some_of_its_columns() {
        assert_eq!(found("note"), ["note: rid note_date text", "drug: note_id"]);
        assert_eq!(found("DATE"), ["note: note_date", "admission: admitted_date"]);
        assert_eq!(found("nlp."), ["drug: rid note_id name"]);
        assert_eq!(found("").len(), 3);
        assert!(found("nothing").is_empty());
    }

    #[test]
    fn every_word_must_fit() {
        assert_eq!(found("note date"), ["note: note_date"]);
        assert_eq!(found("records rid"), ["note: rid", "admission: rid"]);
    }

    #[test]
    fn tables_stay_together_by_schema() {
        let tables = [table("a", "one", &[]), table("a", "two", &[]), table("b", "one", &[])];
        let words = Words::of("");
        let all = words.find(&tables);
        let names: Vec<_> = by_schema(&all).iter().map(|(schema, tables)| (*schema, tables.len())).collect();
        assert_eq!(names, [("a", 2), ("b", 1)]);
        assert_eq!(slice(&all, 1, 10).len(), 2);
        assert!(slice(&all, 4, 10).is_empty());
    }
}
