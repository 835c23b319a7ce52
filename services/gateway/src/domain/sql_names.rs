//! Names of tables and columns as a query has to write them.

/// Words that no dialect takes as a bare name, among those that tables and columns are called.
const RESERVED: [&str; 30] = [
    "all",
    "and",
    "as",
    "between",
    "by",
    "case",
    "check",
    "column",
    "date",
    "default",
    "desc",
    "distinct",
    "end",
    "from",
    "group",
    "in",
    "index",
    "key",
    "not",
    "null",
    "order",
    "primary",
    "references",
    "select",
    "table",
    "to",
    "union",
    "user",
    "when",
    "where",
];

/// `note`, or in the quotes of the engine where it could not stand bare: `"Note"`, `` `order` ``, `[my table]`.
pub fn written(engine: &str, name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name.chars().all(|part| part.is_ascii_lowercase() || part.is_ascii_digit() || part == '_');
    if plain && !RESERVED.contains(&name) {
        return name.to_owned();
    }
    match engine {
        "mysql" => format!("`{}`", name.replace('`', "``")),
        "sqlserver" => format!("[{}]", name.replace(']', "]]")),
        _ => format!("\"{}\"", name.replace('"', "\"\"")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_stand_bare_is_quoted() {
        assert_eq!(written("postgresql", "note_date"), "note_date");
        assert_eq!(written("postgresql", "Note"), "\"Note\"");
        assert_eq!(written("postgresql", "a\"b"), "\"a\"\"b\"");
        assert_eq!(written("mysql", "order"), "`order`");
        assert_eq!(written("sqlserver", "1st table"), "[1st table]");
    }
}
