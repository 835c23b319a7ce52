//! Where a text may stand: the text columns of all tables that say whose their rows are.

use coffer_query_gate::text_anywhere::{Table as Place, TextColumn};

use super::catalogue::{Column, Table};

/// What is wanted of columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// The column that says whose a row is.
    pub(crate) id_column: &'a str,
    /// Columns that hold ids of people; nobody looks for words in them.
    pub(crate) id_columns: [&'a str; 3],
    /// Columns that date a row, the first that a table has counts.
    pub(crate) date_columns: &'a [String],
    /// Characters that a column must be able to hold.
    pub(crate) least_width: u32,
}

/// The places, and whether ids are whole numbers there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) tables: Vec<Place>,
    pub(crate) numeric_ids: bool,
}

/// Finds the places in a database.
pub(crate) fn places(tables: &[Table], wanted: &Wanted<'_>) -> Places {
    let mut places = Places { tables: Vec::new(), numeric_ids: false };
    for table in tables {
        let Some(id_column) = named(table, wanted.id_column) else { continue };
        let columns: Vec<_> =
            table.columns.iter().filter(|column| wanted.wants(column)).map(text_column).collect();
        if columns.is_empty() {
            continue;
        }
        places.numeric_ids |= is_integer(&id_column.data_type);
        places.tables.push(Place {
            schema: table.schema.clone(),
            name: table.name.clone(),
            id_column: id_column.name.clone(),
            date_column: wanted
                .date_columns
                .iter()
                .find_map(|name| named(table, name))
                .map(|it| it.name.clone()),
            columns,
        });
    }
    places
}

impl Wanted<'_> {
    fn wants(&self, column: &Column) -> bool {
        let is_id = self.id_columns.iter().any(|id| id.eq_ignore_ascii_case(&column.name));
        !is_id && width(&column.data_type).is_some_and(|width| width >= self.least_width)
    }
}

fn named<'a>(table: &'a Table, name: &str) -> Option<&'a Column> {
    table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name))
}

fn text_column(column: &Column) -> TextColumn {
    TextColumn { name: column.name.clone(), full_text: column.full_text }
}

/// Characters that a column of this type holds at most; none: it holds no text.
fn width(data_type: &str) -> Option<u32> {
    let data_type = data_type.to_ascii_lowercase();
    let (name, size) = data_type.split_once('(').unwrap_or((&data_type, ""));
    let size: Option<u32> = size.split(')').next().and_then(|size| size.trim().parse().ok());
    match name.trim() {
        "character" | "char" | "nchar" | "bpchar" => Some(size.unwrap_or(1)),
        "character varying" | "varchar" | "nvarchar" => Some(size.unwrap_or(u32::MAX)),
        "tinytext" => Some(255),
        "text" | "ntext" | "citext" | "mediumtext" | "longtext" => Some(u32::MAX),
        _ => None,
    }
}

fn is_integer(data_type: &str) -> bool {
    let data_type = data_type.to_ascii_lowercase();
    let name = data_type.split(['(', ' ']).next().unwrap_or_default();
    matches!(name, "integer" | "int" | "bigint" | "smallint" | "mediumint" | "tinyint")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn table(name: &str, columns: &[(&str, &str)]) -> Table {
        let column = |(name, data_type): &(&str, &str)| Column {
            name: (*name).to_owned(),
            data_type: (*data_type).to_owned(),
            nullable: true,
            comment: String::new(),
            indexed: false,
            full_text: *name == "body",
        };
        Table {
            schema: "public".to_owned(),
            name: name.to_owned(),
            comment: String::new(),
            rows: -1,
            columns: columns.iter().map(column).collect(),
        }
    }

    fn found(tables: &[Table], least_width: u32) -> Places {
        let dates = ["seen_on".to_owned(), "at".to_owned()];
        let id_columns = ["rid", "mrid", "trid"];
        places(tables, &Wanted { id_column: "rid", id_columns, date_columns: &dates, least_width })
    }

    #[test]
    fn tables_with_the_id_and_a_text_are_places() {
        let tables = [
            table(
                "note",
                &[
                    ("RID", "character varying(64)"),
                    ("body", "text"),
                    ("at", "timestamp"),
                    ("Seen_On", "date"),
                ],
            ),
            table("score", &[("rid", "character varying(64)"), ("total", "integer")]),
            table("ward", &[("name", "text")]),
        ];
        let places = found(&tables, 0);
        assert!(!places.numeric_ids);
        let [note] = places.tables.as_slice() else { panic!("one place") };
        assert_eq!((note.id_column.as_str(), note.date_column.as_deref()), ("RID", Some("Seen_On")));
        assert_eq!(note.columns, [TextColumn { name: "body".to_owned(), full_text: true }]);
    }

    #[test]
    fn narrow_columns_are_left_out() {
        let tables =
            [table("note", &[("rid", "bigint"), ("kind", "varchar(20)"), ("title", "varchar(100)")])];
        let names = |least| -> Vec<String> {
            let places = found(&tables, least);
            places.tables.into_iter().flat_map(|it| it.columns).map(|column| column.name).collect()
        };
        assert_eq!(names(0), ["kind", "title"]);
        assert_eq!(names(100), ["title"]);
        assert!(names(101).is_empty());
        assert!(found(&tables, 0).numeric_ids);
    }

    #[rstest]
    #[case("text", Some(u32::MAX))]
    #[case("LONGTEXT", Some(u32::MAX))]
    #[case("varchar(max)", Some(u32::MAX))]
    #[case("character varying", Some(u32::MAX))]
    #[case("nvarchar(40)", Some(40))]
    #[case("character(3)", Some(3))]
    #[case("char", Some(1))]
    #[case("text[]", None)]
    #[case("integer", None)]
    #[case("jsonb", None)]
    fn types_have_widths(#[case] data_type: &str, #[case] expected: Option<u32>) {
        assert_eq!(width(data_type), expected);
    }
}
