//! Pages of a list, with addresses that can be kept.

use coffer_proto::common::v1::Page;
use url::form_urlencoded;

/// Rows of a page.
const ROWS: u32 = 50;

/// Where in a list a page is.
#[derive(Debug, Clone, Default)]
pub struct Paging {
    /// From 1.
    pub number: u32,
    /// How many pages there are.
    pub last: u32,
    base: String,
}

/// The slice to ask for; `number` comes from the address, from 1.
pub fn slice(number: Option<u32>) -> Page {
    slice_of(number, ROWS)
}

/// The same with pages of another size.
pub fn slice_of(number: Option<u32>, rows: u32) -> Page {
    let number = number.unwrap_or(1).clamp(1, 100_000);
    Page { offset: (number - 1) * rows, limit: rows }
}

impl Paging {
    /// The place of `slice` in a list of `total` rows; `filters` stay in the addresses.
    pub fn new(path: &str, filters: &[(&str, &str)], slice: Page, total: u32) -> Self {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(filters.iter().filter(|(_, value)| !value.is_empty()));
        let query = query.finish();
        let joint = if query.is_empty() { "" } else { "&" };
        Self {
            number: slice.offset / slice.limit.max(1) + 1,
            last: total.div_ceil(slice.limit.max(1)).max(1),
            base: format!("{path}?{query}{joint}page="),
        }
    }

    /// The place of page `number` in a list of `total` rows; its number is put on the end of `base`.
    pub fn at(base: String, number: u64, rows: u32, total: u64) -> Self {
        let last = total.div_ceil(u64::from(rows.max(1))).max(1);
        let small = |number| u32::try_from(number).unwrap_or(u32::MAX);
        Self { number: small(number), last: small(last), base }
    }

    /// Address of this page.
    pub fn here(&self) -> String {
        format!("{}{}", self.base, self.number)
    }

    /// Address of the page before.
    pub fn previous(&self) -> Option<String> {
        (self.number > 1).then(|| format!("{}{}", self.base, self.number - 1))
    }

    /// Address of the page after.
    pub fn next(&self) -> Option<String> {
        (self.number < self.last).then(|| format!("{}{}", self.base, self.number + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_have_pages_too() {
        let paging = Paging::at("/runs/1?page=".to_owned(), 20_000, 50, 1_000_001);
        assert_eq!((paging.number, paging.last), (20_000, 20_001));
        assert_eq!(paging.next().as_deref(), Some("/runs/1?page=20001"));
    }

    #[test]
    fn addresses_keep_the_filters() {
        let paging = Paging::new("/letters", &[("state", "to_print"), ("search", "")], slice(Some(2)), 101);
        assert_eq!(paging.previous().as_deref(), Some("/letters?state=to_print&page=1"));
        assert_eq!(paging.next().as_deref(), Some("/letters?state=to_print&page=3"));
        assert_eq!(Paging::new("/letters", &[], slice(None), 0).next(), None);
    }
}
