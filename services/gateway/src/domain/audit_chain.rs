//! The hash chain of the audit trail: a changed or missing entry breaks all later hashes.

use chrono::{DateTime, Utc};
use coffer_types::UserId;
use sha2::{Digest, Sha256};
use thiserror::Error;

/// One entry, before its hash is known.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// Place in the chain, from 1.
    pub number: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it, if known.
    pub user: Option<UserId>,
    /// What was done, such as `sign_in`.
    pub action: &'a str,
    /// To what: an id, never a name.
    pub object: &'a str,
}

/// The hash of an entry that follows `previous` (empty for the first).
pub fn hash(previous: &[u8], entry: &Entry<'_>) -> [u8; 32] {
    let number = entry.number.to_string();
    let at = entry.at.timestamp_micros().to_string();
    let user = entry.user.map(|user| user.to_string()).unwrap_or_default();
    let mut digest = Sha256::new();
    for part in [
        previous,
        number.as_bytes(),
        at.as_bytes(),
        user.as_bytes(),
        entry.action.as_bytes(),
        entry.object.as_bytes(),
    ] {
        // The length keeps neighbouring parts apart.
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// Follows the chain from its first entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// Entries that fitted.
    pub entries: i64,
    /// The hash of the last of them; empty before the first. Kept elsewhere, it shows later that nothing was cut off.
    pub last: Vec<u8>,
}

/// Where the chain is broken: at this entry, or right before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Broken {
    /// An entry of this number is missing.
    #[error("entry {0} is missing")]
    Missing(i64),
    /// This entry, or one before it, is not what was written.
    #[error("entry {0} is not what was written")]
    Changed(i64),
}

impl Chain {
    /// Takes the next entry with the hash that stands beside it.
    pub fn follow(&mut self, entry: &Entry<'_>, found: &[u8]) -> Result<(), Broken> {
        let number = self.entries + 1;
        if entry.number != number {
            return Err(Broken::Missing(number));
        }
        if hash(&self.last, entry) != found {
            return Err(Broken::Changed(number));
        }
        *self = Self { entries: number, last: found.to_vec() };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at() -> DateTime<Utc> {
        DateTime::from_timestamp(1_763_980_000, 0).unwrap()
    }

    /// A chain of entries, each with its hash.
    fn written(objects: &[String]) -> Vec<(Entry<'_>, Vec<u8>)> {
        let mut previous = Vec::new();
        let entries = (1..).zip(objects).map(|(number, object)| {
            let entry = Entry { number, at: at(), user: None, action: "open_letter", object };
            previous = hash(&previous, &entry).to_vec();
            (entry, previous.clone())
        });
        entries.collect()
    }

    fn verify(entries: &[(Entry<'_>, Vec<u8>)]) -> Result<Chain, Broken> {
        let mut chain = Chain::default();
        entries.iter().try_for_each(|(entry, hash)| chain.follow(entry, hash))?;
        Ok(chain)
    }

    proptest! {
        #[test]
        fn the_first_broken_link_is_named(
            objects in prop::collection::vec("[a-z]{0,6}", 2..40),
            place in any::<prop::sample::Index>(),
            way in 0..4,
        ) {
            let mut entries = written(&objects);
            prop_assert_eq!(verify(&entries).unwrap().entries, i64::try_from(entries.len()).unwrap());
            let place = place.index(entries.len() - 1);
            let number = i64::try_from(place).unwrap() + 1;
            let expected = match way {
                0 => {
                    entries[place].0.object = "changed";
                    Broken::Changed(number)
                }
                1 => {
                    entries[place].1[7] ^= 1;
                    Broken::Changed(number)
                }
                2 => {
                    entries.remove(place);
                    Broken::Missing(number)
                }
                _ => {
                    entries.swap(place, place + 1);
                    Broken::Missing(number)
                }
            };
            prop_assert_eq!(verify(&entries), Err(expected));
        }
    }

    #[test]
    fn every_part_counts() {
        let at = at();
        let entry = Entry { number: 1, at, user: None, action: "sign_in", object: "" };
        let first = hash(&[], &entry);
        assert_ne!(first, hash(&first, &entry));
        assert_ne!(first, hash(&[], &Entry { number: 2, ..entry.clone() }));
        assert_ne!(first, hash(&[], &Entry { action: "sign_", object: "in", ..entry }));
    }
}
