//! Forms that change how a result is looked at: each leads to the address of the changed view.

use url::form_urlencoded;

use super::address::Address;

/// The address that a form's fields ask for; none where the query string is no form's.
pub(in crate::pages) fn change(address: &Address, query: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let first = |wanted: &str| {
        pairs.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    match first("change") {
        "condition" => Some(address.and(first("column"), first("operator"), first("value"))),
        "columns" => {
            let shown = pairs.iter().filter(|(key, _)| key == "show").map(|(_, name)| name.clone());
            let offered = first("offered").parse().unwrap_or(usize::MAX);
            let mut columns: Vec<_> = shown.collect();
            // All of them are no choice: a column that is added by nobody's choice shows too.
            if columns.len() >= offered {
                columns.clear();
            }
            Some(address.showing(columns, !first("without_empty").is_empty()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(query: &str) -> Option<String> {
        let address = Address::read("01981f00-0000-7000-8000-0000000000d1".parse().unwrap(), query).unwrap();
        change(&address, query).map(|to| to.split_once('?').map_or("", |(_, query)| query).to_owned())
    }

    #[test]
    fn a_condition_is_added_to_those_that_are_there() {
        let form =
            "sort=age&filter=rid:is_not_null&change=condition&column=note&operator=contains&value=a%26b";
        let expected = "sort=age&filter=rid%3Ais_not_null&filter=note%3Acontains%3Aa%26b";
        assert_eq!(changed(form).unwrap(), expected);
        assert_eq!(changed("sort=age"), None);
    }

    #[test]
    fn all_columns_are_no_choice() {
        let form = "change=columns&offered=3&show=b&show=a";
        assert_eq!(changed(form).unwrap(), "columns=b%2Ca&hide_empty=false");
        let form = "columns=a&change=columns&offered=2&show=b&show=a&without_empty=yes";
        assert_eq!(changed(form).unwrap(), "hide_empty=true");
        assert_eq!(changed("columns=a&change=columns&offered=2").unwrap(), "hide_empty=false");
    }
}
