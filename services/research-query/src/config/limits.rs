//! What a run may take, and how many there may be at once.

use std::time::Duration;

use coffer_runtime::Problems;
use serde::{Deserialize, Serialize};

/// Limits of every database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// Rows of a result.
    pub rows: u64,
    /// Bytes of a stored result.
    pub bytes: u64,
    /// How long a run may take.
    pub run_seconds: u64,
    /// Bytes of one value.
    pub cell_bytes: u64,
    /// How long a run waits for a lock in the database.
    pub lock_seconds: u64,
    /// Runs at once in each replica.
    pub runs_at_once: u32,
    /// Runs at once in all replicas together.
    pub runs_in_all: u32,
    /// Runs of one person at once, in all replicas together.
    pub runs_per_user: u32,
    /// Runs of one person that wait.
    pub queued_per_user: u32,
}

/// Limits of one database, where they differ.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseLimits {
    /// Rows of a result.
    pub rows: Option<u64>,
    /// Bytes of a stored result.
    pub bytes: Option<u64>,
    /// How long a run may take.
    pub run_seconds: Option<u64>,
    /// Bytes of one value.
    pub cell_bytes: Option<u64>,
    /// How long a run waits for a lock in the database.
    pub lock_seconds: Option<u64>,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            rows: 5_000_000,
            bytes: 1024 * 1024 * 1024,
            run_seconds: 900,
            cell_bytes: 8 * 1024 * 1024,
            lock_seconds: 2,
            runs_at_once: 2,
            runs_in_all: 8,
            runs_per_user: 1,
            queued_per_user: 20,
        }
    }
}

impl LimitSettings {
    /// These, with what one database changes.
    pub(crate) fn with(&self, own: &DatabaseLimits) -> Self {
        Self {
            rows: own.rows.unwrap_or(self.rows),
            bytes: own.bytes.unwrap_or(self.bytes),
            run_seconds: own.run_seconds.unwrap_or(self.run_seconds),
            cell_bytes: own.cell_bytes.unwrap_or(self.cell_bytes),
            lock_seconds: own.lock_seconds.unwrap_or(self.lock_seconds),
            ..self.clone()
        }
    }

    /// How long a run may take.
    pub(crate) fn run_time(&self) -> Duration {
        Duration::from_secs(self.run_seconds)
    }

    pub(super) fn validate(&self, key: &str, problems: &mut Problems) {
        let numbers = [
            ("rows", self.rows),
            ("bytes", self.bytes),
            ("run_seconds", self.run_seconds),
            ("cell_bytes", self.cell_bytes),
            ("lock_seconds", self.lock_seconds),
            ("runs_at_once", self.runs_at_once.into()),
            ("runs_in_all", self.runs_in_all.into()),
            ("runs_per_user", self.runs_per_user.into()),
            ("queued_per_user", self.queued_per_user.into()),
        ];
        for (name, number) in numbers {
            problems.add_if(number == 0, &format!("{key}.{name}"), "must be at least 1");
        }
    }
}
