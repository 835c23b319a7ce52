//! The people that rows are of, for a request to contact them.

use std::collections::HashSet;

/// So many may be asked for at once.
const MOST: usize = 500;

/// Research ids, each once, in the order of their rows.
#[derive(Debug, Default)]
pub(crate) struct People {
    seen: HashSet<String>,
    ids: Vec<String>,
    cut: bool,
}

impl People {
    /// Takes the ids of further rows; rows without one don't count. False: no more may be asked for.
    pub(crate) fn take(&mut self, rows: impl IntoIterator<Item = Option<String>>) -> bool {
        for id in rows.into_iter().flatten() {
            if self.seen.contains(&id) {
                continue;
            }
            if self.ids.len() == MOST {
                self.cut = true;
                return false;
            }
            self.seen.insert(id.clone());
            self.ids.push(id);
        }
        true
    }

    /// The ids, and whether there were more.
    pub(crate) fn into_ids(self) -> (Vec<String>, bool) {
        (self.ids, self.cut)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: usize) -> impl Iterator<Item = Option<String>> {
        (0..count).map(|number| Some(format!("r{number}")))
    }

    #[test]
    fn each_person_once_in_the_order_of_the_rows() {
        let mut people = People::default();
        let rows = [Some("b"), None, Some("a"), Some("b"), Some("c")];
        assert!(people.take(rows.map(|row| row.map(ToOwned::to_owned))));
        let (ids, cut) = people.into_ids();
        assert_eq!((ids.join(""), cut), ("bac".to_owned(), false));
    }

    #[test]
    fn no_more_than_may_be_asked_for() {
        let mut people = People::default();
        assert!(people.take(ids(MOST)));
        assert!(people.take(ids(MOST)));
        assert!(!people.take(ids(MOST + 1)));
        let (ids, cut) = people.into_ids();
        assert_eq!((ids.len(), cut), (MOST, true));
    }
}
