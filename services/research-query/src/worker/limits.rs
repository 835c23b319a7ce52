//! Limits of a run as the layers below want them.

use std::time::Duration;

use coffer_research_databases::Limits;

use crate::config::LimitSettings;
use crate::domain::words;
use crate::store::runs::Measure;

/// What the database may take.
pub(super) fn of_execution(limits: &LimitSettings) -> Limits {
    Limits {
        run_time: limits.run_time(),
        lock_time: Duration::from_secs(limits.lock_seconds),
        cell_bytes: usize::try_from(limits.cell_bytes).unwrap_or(usize::MAX),
    }
}

/// The sentence about the limit that a result has passed, if it has passed one.
pub(super) fn passed(limits: &LimitSettings, measure: Measure) -> Option<String> {
    if measure.rows > limits.rows {
        return Some(words::too_many_rows(limits.rows));
    }
    (measure.bytes > limits.bytes).then(|| words::too_many_bytes(limits.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_the_last_that_is_allowed() {
        let limits = LimitSettings { rows: 10, bytes: 100, ..LimitSettings::default() };
        let passed = |rows, bytes| passed(&limits, Measure { rows, bytes });
        assert_eq!(passed(10, 100), None);
        assert!(passed(11, 100).unwrap().contains("10 rows"));
        assert!(passed(10, 101).unwrap().contains("MiB"));
    }
}
