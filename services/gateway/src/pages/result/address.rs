//! The addresses of a result's pages: all that is shown stands in them, so they can be kept and sent on.

use coffer_proto::query::v1::{Filter, Sort, View};
use coffer_types::RunId;
use url::form_urlencoded::{self, Serializer};

use crate::domain::result_view::{self, InvalidView, takes_value};

/// Where in a result somebody is, and how they look at it.
#[derive(Debug, Clone)]
pub(in crate::pages) struct Address {
    run: RunId,
    /// As the address says; `hide_empty` aside.
    view: View,
    /// None: as the user's settings say.
    hide_empty: Option<bool>,
    page: u64,
    /// The run was answered by an earlier one's result.
    pub(in crate::pages) stored: bool,
}

impl Address {
    /// Reads a query string.
    pub(in crate::pages) fn read(run: RunId, query: &str) -> Result<Self, InvalidView> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let borrowed = || pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let view = result_view::read(borrowed())?;
        let last = |wanted: &str| borrowed().rfind(|(key, _)| *key == wanted);
        Ok(Self {
            run,
            hide_empty: last("hide_empty").map(|_| view.hide_empty),
            view,
            page: last("page")
                .and_then(|(_, page)| page.parse().ok())
                .unwrap_or(1)
                .clamp(1, u64::from(u32::MAX)),
            stored: last("stored").is_some(),
        })
    }

    /// The number of the page, from 1.
    pub(in crate::pages) fn number(&self) -> u64 {
        self.page
    }

    /// The view to ask for.
    pub(in crate::pages) fn view(&self, hide_empty: bool) -> View {
        View { hide_empty: self.hide_empty.unwrap_or(hide_empty), ..self.view.clone() }
    }

    /// The conditions, each with the address without it.
    pub(in crate::pages) fn filters(&self) -> Vec<(Filter, String)> {
        let without = |place: usize| {
            let mut view = self.view.clone();
            view.filters.remove(place);
            self.with(view).table()
        };
        self.view.filters.iter().enumerate().map(|(place, filter)| (filter.clone(), without(place))).collect()
    }

    /// The table, as it is.
    pub(in crate::pages) fn table(&self) -> String {
        let page = (self.page > 1).then(|| ("page", self.page.to_string()));
        self.path("", page)
    }

    /// Another page of the table; its number comes last, so that it can be put on.
    pub(in crate::pages) fn pages(&self) -> String {
        let query = self.query();
        format!("/runs/{}?{query}{}page=", self.run, if query.is_empty() { "" } else { "&" })
    }

    /// The page of the table that holds a row of the view.
    pub(in crate::pages) fn table_at(&self, place: u64, rows_per_page: u32) -> String {
        let page = place.saturating_sub(1) / u64::from(rows_per_page.max(1)) + 1;
        Self { page, ..self.clone() }.table()
    }

    /// A row of the view, from 1.
    pub(in crate::pages) fn record(&self, place: u64) -> String {
        self.path(&format!("/records/{place}"), None)
    }

    /// The view as a file.
    pub(in crate::pages) fn export(&self, format: &str) -> String {
        self.path("/export", Some(("format", format.to_owned())))
    }

    /// The table by this column; a second time the other way round, a third time as stored.
    pub(in crate::pages) fn sorted_by(&self, column: &str) -> String {
        let sort = match self.direction(column) {
            "none" => vec![Sort { column: column.to_owned(), descending: false }],
            "ascending" => vec![Sort { column: column.to_owned(), descending: true }],
            _ => Vec::new(),
        };
        self.with(View { sort, ..self.view.clone() }).table()
    }

    /// ascending, descending or none.
    pub(in crate::pages) fn direction(&self, column: &str) -> &'static str {
        match self.view.sort.iter().find(|sort| sort.column == column) {
            None => "none",
            Some(sort) if sort.descending => "descending",
            Some(_) => "ascending",
        }
    }

    /// Without the condition that came last; none where there is none.
    pub(in crate::pages) fn without_last_condition(&self) -> Option<Self> {
        let mut view = self.view.clone();
        view.filters.pop().map(|_| self.with(view))
    }

    /// With one condition more.
    pub(in crate::pages) fn and(&self, column: &str, operator: &str, value: &str) -> String {
        let value = if takes_value(operator) { value.to_owned() } else { String::new() };
        let mut view = self.view.clone();
        view.filters.push(Filter { column: column.to_owned(), operator: operator.to_owned(), value });
        self.with(view).table()
    }

    /// With these columns alone, and with or without empty ones.
    pub(in crate::pages) fn showing(&self, columns: Vec<String>, hide_empty: bool) -> String {
        let view = View { columns, ..self.view.clone() };
        Self { hide_empty: Some(hide_empty), ..self.with(view) }.table()
    }

    /// What a form carries along to keep the view.
    pub(in crate::pages) fn fields(&self) -> Vec<(&'static str, String)> {
        let mut fields = result_view::write(&View { hide_empty: false, ..self.view.clone() });
        fields.extend(self.hide_empty.map(|hide| ("hide_empty", hide.to_string())));
        fields
    }

    /// The same for the form that chooses columns.
    pub(in crate::pages) fn order_and_conditions(&self) -> Vec<(&'static str, String)> {
        result_view::write(&View { columns: Vec::new(), hide_empty: false, ..self.view.clone() })
    }

    /// From the first page on, since another view has other pages.
    fn with(&self, view: View) -> Self {
        Self { view, page: 1, ..self.clone() }
    }

    fn query(&self) -> String {
        Serializer::new(String::new()).extend_pairs(self.fields()).finish()
    }

    fn path(&self, below: &str, first: Option<(&str, String)>) -> String {
        let mut query = Serializer::new(String::new());
        query.extend_pairs(first).extend_pairs(self.fields());
        let query = query.finish();
        let joint = if query.is_empty() { "" } else { "?" };
        format!("/runs/{}{below}{joint}{query}", self.run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "01981f00-0000-7000-8000-0000000000d1";

    fn address(query: &str) -> Address {
        Address::read(RUN.parse().unwrap(), query).unwrap()
    }

    fn relative(address: &str) -> &str {
        address.strip_prefix("/runs/01981f00-0000-7000-8000-0000000000d1").unwrap()
    }

    #[test]
    fn an_address_leads_to_itself() {
        for query in ["", "?page=3&sort=-age&filter=age%3Aat_least%3A4&columns=age%2Crid&hide_empty=false"] {
            assert_eq!(relative(&address(query.trim_start_matches('?')).table()), query);
        }
        assert_eq!(relative(&address("page=0").table()), "");
        assert_eq!(relative(&address("page=x&stored=1&other=2").table()), "");
    }

    #[test]
    fn a_header_turns_the_order_and_then_gives_it_up() {
        let by_age = address("page=3").sorted_by("age");
        assert_eq!(relative(&by_age), "?sort=age");
        assert_eq!(relative(&address("sort=age").sorted_by("age")), "?sort=-age");
        assert_eq!(relative(&address("sort=-age").sorted_by("age")), "");
        assert_eq!(relative(&address("sort=-age").sorted_by("a,b")), "?sort=a%5C%2Cb");
        assert_eq!(address("sort=-age,rid").direction("rid"), "ascending");
    }

    #[test]
    fn conditions_come_and_go_one_by_one() {
        let both = address("filter=age:less:4&filter=rid:is_null&page=2");
        let without: Vec<_> = both.filters().into_iter().map(|(_, address)| address).collect();
        assert_eq!(relative(&without[0]), "?filter=rid%3Ais_null");
        assert_eq!(relative(&without[1]), "?filter=age%3Aless%3A4");
        assert_eq!(relative(&address("").and("age", "is_null", "left over")), "?filter=age%3Ais_null");
        assert_eq!(relative(&address("").and("age", "equals", "a:b")), "?filter=age%3Aequals%3Aa%3Ab");
    }

    #[test]
    fn settings_hide_empty_columns_unless_the_address_says_otherwise() {
        assert!(address("").view(true).hide_empty && !address("").view(false).hide_empty);
        assert!(!address("hide_empty=false").view(true).hide_empty);
        assert_eq!(
            relative(&address("").showing(vec!["age".to_owned()], false)),
            "?columns=age&hide_empty=false"
        );
    }

    #[test]
    fn records_pages_and_files_keep_the_view() {
        let sorted = address("sort=age&page=4");
        assert_eq!(relative(&sorted.record(151)), "/records/151?sort=age");
        assert_eq!(relative(&sorted.table_at(151, 50)), "?page=4&sort=age");
        assert_eq!(relative(&sorted.table_at(150, 50)), "?page=3&sort=age");
        assert_eq!(relative(&sorted.pages()), "?sort=age&page=");
        assert_eq!(relative(&address("").pages()), "?page=");
        assert_eq!(relative(&sorted.export("csv")), "/export?format=csv&sort=age");
    }
}
