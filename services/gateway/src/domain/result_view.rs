//! How a stored result is looked at, as it stands in addresses: `sort=-age,name`, `columns=age,name`,
//! `filter=age:greater:40` (once for each condition) and `hide_empty=true`.
//!
//! A comma, a colon or a leading minus that belongs to a column's name has a backslash before it.

use coffer_proto::query::v1::{Filter, Sort, View};

/// What a condition may ask of a column: the word in addresses and the words for people.
pub const OPERATORS: [(&str, &str); 9] = [
    ("equals", "is"),
    ("not_equals", "is not"),
    ("contains", "contains"),
    ("less", "is less than"),
    ("at_most", "is at most"),
    ("greater", "is greater than"),
    ("at_least", "is at least"),
    ("is_null", "has no value"),
    ("is_not_null", "has a value"),
];

/// The keys of a view in an address.
pub const KEYS: [&str; 4] = ["sort", "columns", "filter", "hide_empty"];

/// What is wrong with a key of an address, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidView {
    /// The key.
    pub key: &'static str,
    /// What is wrong.
    pub message: &'static str,
}

/// Whether this operator compares with a value.
pub fn takes_value(operator: &str) -> bool {
    !matches!(operator, "is_null" | "is_not_null")
}

/// Reads the view out of an address's pairs; other keys are not its own.
pub fn read<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<View, InvalidView> {
    let mut view = View::default();
    for (key, value) in pairs {
        match key {
            "sort" => view.sort.extend(split(value, ',').into_iter().filter_map(sort)),
            "columns" => view.columns.extend(split(value, ',').into_iter().map(plain)),
            "filter" if !value.is_empty() => view.filters.push(filter(value)?),
            "hide_empty" => view.hide_empty = flag(value)?,
            _ => {}
        }
    }
    view.columns.retain(|name| !name.is_empty());
    Ok(view)
}

/// The pairs of an address that [`read`] makes this view of.
pub fn write(view: &View) -> Vec<(&'static str, String)> {
    let mut pairs = Vec::new();
    let sort: Vec<_> = view.sort.iter().map(write_sort).collect();
    if !sort.is_empty() {
        pairs.push(("sort", sort.join(",")));
    }
    pairs.extend(view.filters.iter().map(|filter| ("filter", write_filter(filter))));
    let columns: Vec<_> = view.columns.iter().map(|name| escape(name)).collect();
    if !columns.is_empty() {
        pairs.push(("columns", columns.join(",")));
    }
    if view.hide_empty {
        pairs.push(("hide_empty", "true".to_owned()));
    }
    pairs
}

/// A column's name as [`read`] takes it.
pub fn escape(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for (place, letter) in name.chars().enumerate() {
        if matches!(letter, '\\' | ',' | ':') || (place == 0 && letter == '-') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

fn sort(text: &str) -> Option<Sort> {
    let (descending, name) = text.strip_prefix('-').map_or((false, text), |name| (true, name));
    let column = plain(name);
    (!column.is_empty()).then_some(Sort { column, descending })
}

fn write_sort(sort: &Sort) -> String {
    format!("{}{}", if sort.descending { "-" } else { "" }, escape(&sort.column))
}

fn filter(text: &str) -> Result<Filter, InvalidView> {
    let (column, rest) = cut(text, ':');
    let (operator, value) = rest.split_once(':').unwrap_or((rest, ""));
    let column = plain(column);
    if column.is_empty() || !OPERATORS.iter().any(|(word, _)| *word == operator) {
        let message = "must be column:operator:value with one of the operators equals, not_equals, contains, \
             less, at_most, greater, at_least, is_null and is_not_null";
        return Err(InvalidView { key: "filter", message });
    }
    Ok(Filter { column, operator: operator.to_owned(), value: value.to_owned() })
}

fn write_filter(filter: &Filter) -> String {
    let start = format!("{}:{}", escape(&filter.column), filter.operator);
    if takes_value(&filter.operator) { format!("{start}:{}", filter.value) } else { start }
}

fn flag(value: &str) -> Result<bool, InvalidView> {
    match value {
        "true" | "yes" => Ok(true),
        "" | "false" => Ok(false),
        _ => Err(InvalidView { key: "hide_empty", message: "must be true or false" }),
    }
}

/// The part before the first `separator` without a backslash, and the part after it.
fn cut(text: &str, separator: char) -> (&str, &str) {
    let mut escaped = false;
    for (place, letter) in text.char_indices() {
        if letter == separator && !escaped {
            let (before, after) = text.split_at(place);
            return (before, after.get(separator.len_utf8()..).unwrap_or_default());
        }
        escaped = letter == '\\' && !escaped;
    }
    (text, "")
}

fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while !rest.is_empty() {
        let (part, after) = cut(rest, separator);
        parts.push(part);
        rest = after;
    }
    parts
}

/// Without the backslashes.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        plain.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(column: &str, descending: bool) -> Sort {
        Sort { column: column.to_owned(), descending }
    }

    fn condition(column: &str, operator: &str, value: &str) -> Filter {
        Filter { column: column.to_owned(), operator: operator.to_owned(), value: value.to_owned() }
    }

    #[test]
    fn an_address_is_read_as_people_write_it() {
        let pairs = [
            ("page", "3"),
            ("sort", "-age,name"),
            ("filter", "age:at_least:40"),
            ("filter", "note:contains:pain: 7/10"),
            ("filter", "died_on:is_null"),
            ("columns", "age,name"),
            ("columns", "died_on"),
            ("hide_empty", "true"),
        ];
        let view = read(pairs).unwrap();
        assert_eq!(view.sort, [sorted("age", true), sorted("name", false)]);
        let filters = [
            condition("age", "at_least", "40"),
            condition("note", "contains", "pain: 7/10"),
            condition("died_on", "is_null", ""),
        ];
        assert_eq!(view.filters, filters);
        assert_eq!(view.columns, ["age", "name", "died_on"]);
        assert!(view.hide_empty);
    }

    #[test]
    fn every_view_comes_back_from_its_address() {
        let names = ["plain", "a,b", "a:b", "-minus", r"back\slash", r"\,", "dash-within", "\u{e9}t\u{e9}"];
        let view = View {
            sort: names.iter().map(|name| sorted(name, name.len() % 2 == 0)).collect(),
            filters: names.iter().map(|name| condition(name, "equals", r"v:\,")).collect(),
            columns: names.iter().map(|name| (*name).to_owned()).collect(),
            hide_empty: true,
        };
        let pairs = write(&view);
        assert_eq!(read(pairs.iter().map(|(key, value)| (*key, value.as_str()))).unwrap(), view);
        assert_eq!(write(&View::default()), []);
    }

    #[test]
    fn what_is_no_condition_says_so() {
        for text in ["age", "age:like:4", ":equals:4", "age:"] {
            assert_eq!(read([("filter", text)]).unwrap_err().key, "filter", "{text}");
        }
        assert_eq!(read([("hide_empty", "perhaps")]).unwrap_err().key, "hide_empty");
        assert_eq!(read([("sort", ",-,"), ("columns", ","), ("filter", "")]).unwrap(), View::default());
    }
}
