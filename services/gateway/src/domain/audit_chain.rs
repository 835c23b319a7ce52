//! The hash chain of the audit trail: a changed or missing entry breaks all later hashes.

use chrono::{DateTime, Utc};
use coffer_types::UserId;
use sha2::{Digest, Sha256};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts() {
        let at = DateTime::from_timestamp(1_763_980_000, 0).unwrap();
        let entry = Entry { number: 1, at, user: None, action: "sign_in", object: "" };
        let first = hash(&[], &entry);
        assert_ne!(first, hash(&first, &entry));
        assert_ne!(first, hash(&[], &Entry { number: 2, ..entry.clone() }));
        assert_ne!(first, hash(&[], &Entry { action: "sign_", object: "in", ..entry }));
    }
}
