//! Rows of a table as text that the server reads: `copy` for much data, `insert` for scripts without a client.

use chrono::{DateTime, NaiveDate, Utc};

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// For psql: fast, needs a client that sends what follows the statement.
    Copy,
    /// For every client.
    Insert,
}

/// A value of a row.
pub(crate) enum Cell<'a> {
    Nothing,
    Text(&'a str),
    Whole(i64),
    Date(NaiveDate),
    Moment(DateTime<Utc>),
    Flag(bool),
}

/// Rows of one table that wait to be written.
pub(crate) struct Rows {
    table: &'static str,
    form: Form,
    text: String,
}

impl Rows {
    pub(crate) const fn new(table: &'static str, form: Form) -> Self {
        Self { table, form, text: String::new() }
    }

    /// Adds a row, its cells in the order of the table's columns.
    pub(crate) fn push(&mut self, cells: &[Cell<'_>]) {
        let (open, between, close) = match self.form {
            Form::Copy => ("", "\t", "\n"),
            Form::Insert if self.text.is_empty() => ("(", ",", ")"),
            Form::Insert => (",\n(", ",", ")"),
        };
        self.text.push_str(open);
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.text.push_str(between);
            }
            self.write(cell);
        }
        self.text.push_str(close);
    }

    /// The statement with all rows since the last one; nothing if there are none.
    pub(crate) fn take(&mut self) -> String {
        let rows = std::mem::take(&mut self.text);
        let table = self.table;
        match self.form {
            _ if rows.is_empty() => rows,
            Form::Copy => format!("copy {table} from stdin with (freeze);\n{rows}\\.\n"),
            Form::Insert => format!("insert into {table} values\n{rows};\n"),
        }
    }

    fn write(&mut self, cell: &Cell<'_>) {
        match (cell, self.form) {
            (Cell::Nothing, Form::Copy) => self.text.push_str("\\N"),
            (Cell::Nothing, Form::Insert) => self.text.push_str("null"),
            (Cell::Text(text), form) => self.write_text(text, form),
            (Cell::Whole(number), _) => self.text.push_str(&number.to_string()),
            (Cell::Flag(flag), _) => self.text.push_str(if *flag { "true" } else { "false" }),
            (Cell::Date(date), form) => self.write_text(&date.to_string(), form),
            (Cell::Moment(moment), form) => self.write_text(&moment.to_rfc3339(), form),
        }
    }

    fn write_text(&mut self, text: &str, form: Form) {
        match form {
            Form::Copy => {
                for letter in text.chars() {
                    match letter {
                        '\\' => self.text.push_str("\\\\"),
                        '\n' => self.text.push_str("\\n"),
                        '\t' => self.text.push_str("\\t"),
                        '\r' => self.text.push_str("\\r"),
                        other => self.text.push(other),
                    }
                }
            }
            Form::Insert => self.text.push_str(&crate::sql::text(text)),
        }
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<NaiveDate> for Cell<'_> {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl From<DateTime<Utc>> for Cell<'_> {
    fn from(moment: DateTime<Utc>) -> Self {
        Self::Moment(moment)
    }
}

impl From<bool> for Cell<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_would_misread_is_escaped() {
        let cells = ["a\tb\\c\nd'e".into(), Cell::Nothing, 7.into()];
        let mut copy = Rows::new("note", Form::Copy);
        copy.push(&cells);
        assert_eq!(copy.take(), "copy note from stdin with (freeze);\na\\tb\\\\c\\nd'e\t\\N\t7\n\\.\n");
        let mut insert = Rows::new("note", Form::Insert);
        insert.push(&cells);
        assert_eq!(insert.take(), "insert into note values\n('a\tb\\c\nd''e',null,7);\n");
        assert_eq!(insert.take(), "");
    }
}
