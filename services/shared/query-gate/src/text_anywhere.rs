//! The helper "text anywhere": one query for a piece of text in every text column of many tables.
//!
//! The text and the id are bound, names are quoted. What is built passes the gate like anything else.

use crate::dialect::Dialect;
use crate::parameter::{Parameter, Value};

/// The character behind which LIKE takes `%` and `_` as they are; not the backslash, which the dialects read
/// differently.
const ESCAPE: char = '!';

/// A table to search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// The column that says whose row it is.
    pub id_column: String,
    /// The column that says when.
    pub date_column: Option<String>,
    /// The columns to search.
    pub columns: Vec<TextColumn>,
}

/// A column to search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextColumn {
    /// Its name.
    pub name: String,
    /// Whether the database has a full-text index on it.
    pub full_text: bool,
}

/// What to search for, and what to show.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The text to find.
    pub fragment: String,
    /// Only rows of this id.
    pub id: Option<Value>,
    /// Use full-text indexes where there are any. They find whole words.
    pub full_text: bool,
    /// Show the column and its text, a row for each column; without it a row for each table.
    pub with_content: bool,
    /// Show the date.
    pub with_date: bool,
}

/// A query with named parameters, and their values.
#[derive(Debug, Clone, PartialEq)]
pub struct Made {
    /// The query.
    pub sql: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
}

/// Writes the query. `None` when there is nothing to search for or nowhere to search.
pub fn build(dialect: Dialect, tables: &[Table], search: &Search) -> Option<Made> {
    let fragment = search.fragment.trim();
    let builder = Builder { dialect, search, id_name: &tables.first()?.id_column };
    let selects: Vec<_> = tables.iter().flat_map(|table| builder.selects(table)).collect();
    if fragment.is_empty() || selects.is_empty() {
        return None;
    }
    let union = if search.with_content { "\nUNION ALL\n" } else { "\nUNION\n" };
    let sql = format!("{}\nORDER BY {}", selects.join(union), builder.order());
    let parameters = builder.parameters(fragment, &sql);
    Some(Made { sql, parameters })
}

struct Builder<'a> {
    dialect: Dialect,
    search: &'a Search,
    id_name: &'a str,
}

impl Builder<'_> {
    fn selects(&self, table: &Table) -> Vec<String> {
        let names = [&table.schema, &table.name, &table.id_column];
        if !names.into_iter().chain(&table.date_column).all(|name| is_plain(name)) {
            return Vec::new();
        }
        let columns: Vec<_> = table.columns.iter().filter(|column| is_plain(&column.name)).collect();
        if self.search.with_content {
            return columns.into_iter().map(|column| self.select(table, &[column])).collect();
        }
        if columns.is_empty() { Vec::new() } else { vec![self.select(table, &columns)] }
    }

    fn select(&self, table: &Table, columns: &[&TextColumn]) -> String {
        let quoted = |name: &str| self.dialect.quoted(name);
        let mut shown = vec![format!("{} AS {}", quoted(&table.id_column), quoted(self.id_name))];
        if self.search.with_date {
            shown.push(format!("{} AS event_date", self.date(table)));
        }
        shown.push(format!("{} AS table_name", literal(&format!("{}.{}", table.schema, table.name))));
        if let (true, Some(column)) = (self.search.with_content, columns.first()) {
            shown.push(format!("{} AS column_name", literal(&column.name)));
            shown.push(format!("{} AS content", quoted(&column.name)));
        }
        let found: Vec<_> = columns.iter().map(|column| self.condition(column)).collect();
        let of_id = match &self.search.id {
            Some(_) => format!(" AND {} = :id", quoted(&table.id_column)),
            None => String::new(),
        };
        format!(
            "SELECT {} FROM {}.{} WHERE ({}){of_id}",
            shown.join(", "),
            quoted(&table.schema),
            quoted(&table.name),
            found.join(" OR ")
        )
    }

    /// The same type in every SELECT of the union, also where a table has no date.
    fn date(&self, table: &Table) -> String {
        let kind = match self.dialect {
            Dialect::PostgreSql => "timestamp",
            Dialect::MySql => "datetime",
            Dialect::SqlServer => "datetime2",
        };
        let column = table.date_column.as_ref().map_or("NULL".to_owned(), |name| self.dialect.quoted(name));
        format!("CAST({column} AS {kind})")
    }

    fn condition(&self, column: &TextColumn) -> String {
        let name = self.dialect.quoted(&column.name);
        match (self.search.full_text && column.full_text, self.dialect) {
            (true, Dialect::PostgreSql) => {
                format!("to_tsvector('english', {name}) @@ plainto_tsquery('english', :words)")
            }
            (true, Dialect::MySql) => format!("MATCH ({name}) AGAINST (:words IN BOOLEAN MODE)"),
            (true, Dialect::SqlServer) => format!("CONTAINS({name}, :words)"),
            (false, Dialect::PostgreSql) => format!("{name} ILIKE :fragment ESCAPE '{ESCAPE}'"),
            (false, _) => format!("{name} LIKE :fragment ESCAPE '{ESCAPE}'"),
        }
    }

    /// By id, newest first, then by table and column.
    fn order(&self) -> String {
        let newest = if self.dialect == Dialect::PostgreSql { "DESC NULLS LAST" } else { "DESC" };
        let mut order = vec![self.dialect.quoted(self.id_name)];
        if self.search.with_date {
            order.push(format!("event_date {newest}"));
        }
        order.push("table_name".to_owned());
        if self.search.with_content {
            order.push("column_name".to_owned());
        }
        order.join(", ")
    }

    /// Values for those names that the query uses; the gate refuses others.
    fn parameters(&self, fragment: &str, sql: &str) -> Vec<Parameter> {
        let text = |name: &str, value: String| Parameter { name: name.to_owned(), value: Value::Text(value) };
        let mut parameters = Vec::new();
        if sql.contains(" :fragment ") {
            parameters.push(text("fragment", pattern(fragment)));
        }
        if self.search.full_text && sql.contains(":words") {
            parameters.push(text("words", self.words(fragment)));
        }
        if let Some(id) = &self.search.id {
            parameters.push(Parameter { name: "id".to_owned(), value: id.clone() });
        }
        parameters
    }

    /// MySQL and SQL Server look for the words as a phrase.
    fn words(&self, fragment: &str) -> String {
        match self.dialect {
            Dialect::PostgreSql => fragment.to_owned(),
            Dialect::MySql | Dialect::SqlServer => format!("\"{}\"", fragment.replace('"', " ")),
        }
    }
}

/// A LIKE pattern that finds the text itself anywhere. `[` opens a class in SQL Server; escaping it is harmless
/// elsewhere.
fn pattern(fragment: &str) -> String {
    let mut pattern = String::from("%");
    for character in fragment.chars() {
        if matches!(character, '%' | '_' | '[' | ESCAPE) {
            pattern.push(ESCAPE);
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Names that no quoting could carry past the gate are left out.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.chars().any(|character| character.is_control() || "\"`[]\\':@#".contains(character))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::{Gate, Purpose, parameter_names};

    fn table(name: &str, date_column: Option<&str>) -> Table {
        let column = |name: &str, full_text| TextColumn { name: name.to_owned(), full_text };
        Table {
            schema: "research".to_owned(),
            name: name.to_owned(),
            id_column: "rid".to_owned(),
            date_column: date_column.map(str::to_owned),
            columns: vec![column("text", true), column("Title", false)],
        }
    }

    fn search() -> Search {
        Search {
            fragment: " low mood ".to_owned(),
            id: Some(Value::Text("abc".to_owned())),
            full_text: true,
            with_content: true,
            with_date: true,
        }
    }

    #[test]
    fn what_is_built_passes_the_gate() {
        let tables = [table("note", Some("note_date")), table("letter", None)];
        for dialect in Dialect::ALL {
            let gate = Gate::new(dialect, &["research".to_owned()]);
            for bits in 0..16 {
                let search = Search {
                    id: (bits & 1 == 0).then_some(Value::Integer(7)),
                    full_text: bits & 2 == 0,
                    with_content: bits & 4 == 0,
                    with_date: bits & 8 == 0,
                    ..search()
                };
                let made = build(dialect, &tables, &search).unwrap();
                for purpose in Purpose::ALL {
                    gate.admit(purpose, &made.sql, &made.parameters).unwrap();
                }
                assert_eq!(parameter_names(dialect, &made.sql).unwrap().len(), made.parameters.len());
            }
        }
    }

    #[test]
    fn a_select_for_each_table_without_content() {
        let search = Search { full_text: false, with_content: false, id: None, ..search() };
        let made =
            build(Dialect::PostgreSql, &[table("note", None), table("letter", None)], &search).unwrap();
        assert_eq!(
            made.sql,
            "SELECT \"rid\" AS \"rid\", CAST(NULL AS timestamp) AS event_date, 'research.note' AS table_name \
             FROM \"research\".\"note\" WHERE (\"text\" ILIKE :fragment ESCAPE '!' OR \"Title\" ILIKE :fragment ESCAPE '!')\n\
             UNION\n\
             SELECT \"rid\" AS \"rid\", CAST(NULL AS timestamp) AS event_date, 'research.letter' AS table_name \
             FROM \"research\".\"letter\" WHERE (\"text\" ILIKE :fragment ESCAPE '!' OR \"Title\" ILIKE :fragment ESCAPE '!')\n\
             ORDER BY \"rid\", event_date DESC NULLS LAST, table_name"
        );
        assert_eq!(
            made.parameters,
            [Parameter { name: "fragment".into(), value: Value::Text("%low mood%".into()) }]
        );
    }

    #[test]
    fn a_select_for_each_column_with_content() {
        let made = build(Dialect::MySql, &[table("note", Some("day"))], &search()).unwrap();
        assert_eq!(
            made.sql,
            "SELECT `rid` AS `rid`, CAST(`day` AS datetime) AS event_date, 'research.note' AS table_name, \
             'text' AS column_name, `text` AS content FROM `research`.`note` \
             WHERE (MATCH (`text`) AGAINST (:words IN BOOLEAN MODE)) AND `rid` = :id\n\
             UNION ALL\n\
             SELECT `rid` AS `rid`, CAST(`day` AS datetime) AS event_date, 'research.note' AS table_name, \
             'Title' AS column_name, `Title` AS content FROM `research`.`note` \
             WHERE (`Title` LIKE :fragment ESCAPE '!') AND `rid` = :id\n\
             ORDER BY `rid`, event_date DESC, table_name, column_name"
        );
    }

    #[rstest]
    #[case(Dialect::PostgreSql, "plainto_tsquery('english', :words)", "low mood")]
    #[case(Dialect::MySql, "AGAINST (:words IN BOOLEAN MODE)", "\"low mood\"")]
    #[case(Dialect::SqlServer, "CONTAINS([text], :words)", "\"low mood\"")]
    fn full_text_is_used_where_there_is_an_index(
        #[case] dialect: Dialect,
        #[case] part: &str,
        #[case] words: &str,
    ) {
        let made = build(dialect, &[table("note", None)], &search()).unwrap();
        assert!(made.sql.contains(part), "{}", made.sql);
        let bound = made.parameters.iter().find(|parameter| parameter.name == "words").unwrap();
        assert_eq!(bound.value, Value::Text(words.to_owned()));
    }

    #[test]
    fn wildcards_in_the_text_are_taken_as_they_are() {
        assert_eq!(pattern("50%_[a]!"), "%50!%!_![a]!!%");
    }

    #[test]
    fn nothing_to_search_makes_no_query() {
        let blank = Search { fragment: "  ".to_owned(), ..search() };
        assert_eq!(build(Dialect::MySql, &[table("note", None)], &blank), None);
        assert_eq!(build(Dialect::MySql, &[], &search()), None);
        let odd = Table { name: "a\"b".to_owned(), ..table("note", None) };
        assert_eq!(build(Dialect::MySql, &[odd], &search()), None);
    }
}
