//! Literals and inserts for the demo's scripts.

use chrono::{DateTime, NaiveDate, Utc};

/// A text, quoted.
pub(crate) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A text or nothing.
pub(crate) fn optional_text(value: Option<&str>) -> String {
    value.map_or_else(null, text)
}

/// A date or nothing.
pub(crate) fn date(value: Option<NaiveDate>) -> String {
    value.map_or_else(null, |date| format!("'{date}'"))
}

/// A moment.
pub(crate) fn moment(value: DateTime<Utc>) -> String {
    format!("'{}'", value.to_rfc3339())
}

/// A list of texts.
pub(crate) fn texts(values: &[String]) -> String {
    let values: Vec<_> = values.iter().map(|value| text(value)).collect();
    format!("array[{}]::text[]", values.join(", "))
}

/// One statement that inserts all rows, each row as literals in the order of the columns.
pub(crate) fn insert(table: &str, rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let rows: Vec<_> = rows.into_iter().map(|row| format!("({})", row.join(", "))).collect();
    format!("insert into {table} values\n{};\n", rows.join(",\n"))
}

fn null() -> String {
    "null".to_owned()
}
