//! A view of a stored result: names become columns, words become operators, or the field that is wrong is named.

use std::collections::HashMap;

use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::{Filter, Sort, View};
use coffer_results::{Condition, Manifest, Operator, ResultError, RowOrder, SortKey, StoredResult, ViewSpec};

use super::results::unreadable;

/// What a caller wants to see.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Which rows, in which order.
    pub(super) spec: ViewSpec,
    /// Which columns, by index.
    pub(super) columns: Vec<usize>,
    /// The names of the other columns.
    pub(super) hidden: Vec<String>,
}

impl Seen {
    /// Reads a view; without one everything is seen as it was stored.
    pub(super) fn read(view: Option<View>, manifest: &Manifest) -> Result<Self, Refusal> {
        let view = view.unwrap_or_default();
        let sort = view.sort.iter().enumerate().map(|(number, key)| sort_key(number, key, manifest));
        let filters =
            view.filters.into_iter().enumerate().map(|(number, it)| condition(number, it, manifest));
        let spec =
            ViewSpec { sort: sort.collect::<Result<_, _>>()?, filters: filters.collect::<Result<_, _>>()? };
        let mut columns = chosen(&view.columns, manifest)?;
        if view.hide_empty {
            columns.retain(|index| manifest.columns.get(*index).is_some_and(|column| !column.empty));
        }
        let hidden = manifest.columns.iter().enumerate().filter(|(index, _)| !columns.contains(index));
        let hidden = hidden.map(|(_, column)| column.name.clone()).collect();
        Ok(Self { spec, columns, hidden })
    }

    /// The order of the rows.
    pub(super) async fn order(&self, result: &StoredResult) -> Result<RowOrder, Refusal> {
        result.view(&self.spec).await.map_err(|error| match error {
            ResultError::TooManySortColumns(_) | ResultError::TooManyRows(_) => {
                Refusal::invalid("view.sort", sentence(&error))
            }
            error => unreadable(&error),
        })
    }

    /// Whether it is all that was stored, in the same order.
    pub(super) fn is_whole(&self, manifest: &Manifest) -> bool {
        self.spec == ViewSpec::default() && self.columns.iter().copied().eq(0..manifest.columns.len())
    }
}

/// The first column of this name, case included: names are not always unique.
pub(super) fn column(name: &str, field: &str, manifest: &Manifest) -> Result<usize, Refusal> {
    nth_column(name, 0, manifest).ok_or_else(|| no_column(name, field))
}

fn nth_column(name: &str, nth: usize, manifest: &Manifest) -> Option<usize> {
    let named = manifest.columns.iter().enumerate().filter(|(_, column)| column.name == name);
    named.map(|(index, _)| index).nth(nth)
}

fn no_column(name: &str, field: &str) -> Refusal {
    Refusal::invalid(field, format!("The result has no column {name}."))
}

/// Of several columns with one name the first mention means the first, the second mention the second.
fn chosen(names: &[String], manifest: &Manifest) -> Result<Vec<usize>, Refusal> {
    if names.is_empty() {
        return Ok((0..manifest.columns.len()).collect());
    }
    let mut mentions: HashMap<&str, usize> = HashMap::new();
    let mut columns = Vec::with_capacity(names.len());
    for (number, name) in names.iter().enumerate() {
        let nth = mentions.entry(name).or_default();
        let column = nth_column(name, *nth, manifest);
        columns.push(column.ok_or_else(|| no_column(name, &format!("view.columns[{number}]")))?);
        *nth += 1;
    }
    Ok(columns)
}

fn sort_key(number: usize, key: &Sort, manifest: &Manifest) -> Result<SortKey, Refusal> {
    let column = column(&key.column, &format!("view.sort[{number}].column"), manifest)?;
    Ok(SortKey { column, descending: key.descending })
}

fn condition(number: usize, filter: Filter, manifest: &Manifest) -> Result<Condition, Refusal> {
    let field = |part: &str| format!("view.filters[{number}].{part}");
    let operator = operator(&filter.operator)
        .ok_or_else(|| Refusal::invalid(field("operator"), "This is not a known comparison."))?;
    let column = column(&filter.column, &field("column"), manifest)?;
    let condition = Condition { column, operator, value: filter.value };
    condition.check(manifest).map_err(|error| Refusal::invalid(field("value"), sentence(&error)))?;
    Ok(condition)
}

fn operator(word: &str) -> Option<Operator> {
    Some(match word {
        "is_null" => Operator::IsNull,
        "is_not_null" => Operator::IsNotNull,
        "contains" => Operator::Contains,
        "equals" => Operator::Equals,
        "not_equals" => Operator::NotEquals,
        "less" => Operator::Less,
        "at_most" => Operator::AtMost,
        "greater" => Operator::Greater,
        "at_least" => Operator::AtLeast,
        _ => return None,
    })
}

/// What the error says, as a sentence.
fn sentence(error: &ResultError) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", characters.as_str())
}

#[cfg(test)]
mod tests {
    use coffer_results::{ColumnKind, StoredColumn};
    use rstest::rstest;

    use super::*;

    fn manifest() -> Manifest {
        let column = |name: &str, kind, empty| StoredColumn { name: name.to_owned(), kind, empty };
        Manifest {
            columns: vec![
                column("rid", ColumnKind::Text, false),
                column("score", ColumnKind::Integer, false),
                column("rid", ColumnKind::Text, false),
                column("gone", ColumnKind::Date, true),
            ],
            segments: Vec::new(),
            rows: 0,
            bytes: 0,
            plain_bytes: 0,
            sha256: String::new(),
        }
    }

    fn view(columns: &[&str]) -> View {
        View { columns: columns.iter().map(|name| (*name).to_owned()).collect(), ..View::default() }
    }

    fn sort(column: &str) -> View {
        View { sort: vec![Sort { column: column.to_owned(), descending: true }], ..View::default() }
    }

    fn filter(column: &str, operator: &str, value: &str) -> View {
        let [column, operator, value] = [column, operator, value].map(ToOwned::to_owned);
        View { filters: vec![Filter { column, operator, value }], ..View::default() }
    }

    #[test]
    fn without_a_view_everything_is_seen() {
        let seen = Seen::read(None, &manifest()).unwrap();
        assert!(seen.is_whole(&manifest()));
        assert_eq!((seen.columns, seen.hidden), (vec![0, 1, 2, 3], Vec::new()));
    }

    #[rstest]
    #[case(view(&["score", "rid"]), &[1, 0], &["rid", "gone"])]
    #[case(view(&["rid", "rid"]), &[0, 2], &["score", "gone"])]
    #[case(View { hide_empty: true, ..View::default() }, &[0, 1, 2], &["gone"])]
    #[case(View { hide_empty: true, ..view(&["gone"]) }, &[], &["rid", "score", "rid", "gone"])]
    fn columns_are_chosen_by_name(#[case] view: View, #[case] columns: &[usize], #[case] hidden: &[&str]) {
        let seen = Seen::read(Some(view), &manifest()).unwrap();
        assert!(!seen.is_whole(&manifest()));
        assert_eq!(
            (seen.columns.as_slice(), seen.hidden.iter().map(String::as_str).collect()),
            (columns, hidden.to_vec())
        );
    }

    #[test]
    fn rows_are_sorted_and_filtered_by_index() {
        let seen = Seen::read(
            Some(View { sort: sort("score").sort, ..filter("score", "at_least", "7") }),
            &manifest(),
        );
        let condition = Condition { column: 1, operator: Operator::AtLeast, value: "7".to_owned() };
        let spec = ViewSpec { sort: vec![SortKey { column: 1, descending: true }], filters: vec![condition] };
        assert_eq!(seen.unwrap().spec, spec);
    }

    #[rstest]
    #[case(view(&["rid", "nhs"]), "view.columns[1]", "The result has no column nhs.")]
    #[case(view(&["score", "score"]), "view.columns[1]", "The result has no column score.")]
    #[case(sort("Score"), "view.sort[0].column", "The result has no column Score.")]
    #[case(filter("x", "equals", ""), "view.filters[0].column", "The result has no column x.")]
    #[case(filter("rid", "like", ""), "view.filters[0].operator", "This is not a known comparison.")]
    #[case(
        filter("score", "less", "few"),
        "view.filters[0].value",
        "The filter's value is not of the column's kind (integer)."
    )]
    fn a_fault_names_its_field(#[case] view: View, #[case] field: &str, #[case] sentence: &str) {
        let refusal = Seen::read(Some(view), &manifest()).unwrap_err();
        assert_eq!((refusal.field.as_str(), refusal.message.as_str()), (field, sentence));
    }
}
