//! Opened parts of results that were read lately, bounded by their size.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::sync::Semaphore;

/// Parts that were read lately, shared by all results of the process. They are kept opened but compressed: that
/// holds three times as many, and a page reads one block of them.
#[derive(Clone)]
pub struct SegmentCache {
    entries: Arc<Mutex<Entries>>,
    /// One view is computed at a time: each takes memory by its rows.
    pub(crate) views: Arc<Semaphore>,
}

#[derive(Default)]
struct Entries {
    by_name: HashMap<String, (Bytes, u64)>,
    size: usize,
    limit: usize,
    uses: u64,
}

impl SegmentCache {
    /// A cache of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        let entries = Entries { limit, ..Entries::default() };
        Self { entries: Arc::new(Mutex::new(entries)), views: Arc::new(Semaphore::new(1)) }
    }

    pub(crate) fn get(&self, name: &str) -> Option<Bytes> {
        self.with(|entries| {
            entries.uses += 1;
            let now = entries.uses;
            let (content, used) = entries.by_name.get_mut(name)?;
            *used = now;
            Some(content.clone())
        })
    }

    pub(crate) fn insert(&self, name: String, content: Bytes) {
        self.with(|entries| {
            if content.len() > entries.limit {
                return;
            }
            entries.remove(&name);
            entries.make_room(content.len());
            entries.uses += 1;
            entries.size += content.len();
            entries.by_name.insert(name, (content, entries.uses));
        });
    }

    /// Forgets everything whose name begins with `prefix`.
    pub(crate) fn forget(&self, prefix: &str) {
        self.with(|entries| {
            let names: Vec<_> =
                entries.by_name.keys().filter(|name| name.starts_with(prefix)).cloned().collect();
            for name in names {
                entries.remove(&name);
            }
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Entries) -> T) -> T {
        work(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Entries {
    fn remove(&mut self, name: &str) {
        if let Some((content, _)) = self.by_name.remove(name) {
            self.size -= content.len();
        }
    }

    /// Drops what was not used for longest.
    fn make_room(&mut self, wanted: usize) {
        while self.size + wanted > self.limit {
            let oldest = self.by_name.iter().min_by_key(|(_, (_, used))| *used);
            let Some(name) = oldest.map(|(name, _)| name.clone()) else { return };
            self.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(size: usize) -> Bytes {
        vec![0; size].into()
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let cache = SegmentCache::new(10);
        cache.insert("a".to_owned(), content(4));
        cache.insert("b".to_owned(), content(4));
        assert!(cache.get("a").is_some());
        cache.insert("c".to_owned(), content(4));
        assert!(cache.get("a").is_some());
        assert!(cache.get("b").is_none());
        assert!(cache.get("c").is_some());
    }

    #[test]
    fn a_part_larger_than_the_cache_is_not_kept() {
        let cache = SegmentCache::new(10);
        cache.insert("a".to_owned(), content(10));
        cache.insert("b".to_owned(), content(11));
        assert!(cache.get("a").is_some());
        assert!(cache.get("b").is_none());
    }

    #[test]
    fn a_part_written_again_counts_once() {
        let cache = SegmentCache::new(10);
        for _ in 0..3 {
            cache.insert("a".to_owned(), content(5));
        }
        cache.insert("b".to_owned(), content(5));
        assert!(cache.get("a").is_some());
    }

    #[test]
    fn a_result_is_forgotten_as_a_whole() {
        let cache = SegmentCache::new(10);
        cache.insert("a/0".to_owned(), content(1));
        cache.insert("b/0".to_owned(), content(1));
        cache.forget("a/");
        assert!(cache.get("a/0").is_none());
        assert!(cache.get("b/0").is_some());
    }
}
