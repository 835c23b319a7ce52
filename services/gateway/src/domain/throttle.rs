//! A bucket of attempts that refills with time.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How many attempts fit, and how fast they come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Attempts at once.
    pub burst: u32,
    /// Seconds until one attempt comes back.
    pub refill_seconds: u32,
}

/// What is left of the attempts at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// Attempts left; a fraction is on its way back.
    pub level: f64,
    /// When `level` was true.
    pub updated_at: DateTime<Utc>,
}

impl Bucket {
    /// A bucket that was never used.
    pub fn full(rule: Rule, now: DateTime<Utc>) -> Self {
        Self { level: f64::from(rule.burst), updated_at: now }
    }

    /// The bucket now, one attempt lighter; `None` while it is empty.
    pub fn take(self, rule: Rule, now: DateTime<Utc>) -> Option<Self> {
        let level = self.refilled(rule, now) - 1.0;
        (level >= 0.0).then_some(Self { level, updated_at: now })
    }

    /// The bucket now, with one attempt given back.
    #[must_use]
    pub fn give_back(self, rule: Rule, now: DateTime<Utc>) -> Self {
        let level = (self.refilled(rule, now) + 1.0).min(f64::from(rule.burst));
        Self { level, updated_at: now }
    }

    fn refilled(self, rule: Rule, now: DateTime<Utc>) -> f64 {
        let waited = (now - self.updated_at).as_seconds_f64().max(0.0);
        (self.level + waited / f64::from(rule.refill_seconds.max(1))).min(f64::from(rule.burst))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const RULE: Rule = Rule { burst: 3, refill_seconds: 10 };

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_763_980_000, 0).unwrap()
    }

    #[test]
    fn the_burst_is_heard_and_then_one_per_refill() {
        let mut bucket = Bucket::full(RULE, start());
        for _ in 0..3 {
            bucket = bucket.take(RULE, start()).unwrap();
        }
        assert_eq!(bucket.take(RULE, start() + TimeDelta::seconds(9)), None);
        assert!(bucket.take(RULE, start() + TimeDelta::seconds(10)).is_some());
    }

    #[test]
    fn a_long_pause_fills_no_more_than_the_burst() {
        let bucket = Bucket { level: 0.0, updated_at: start() };
        let later = bucket.give_back(RULE, start() + TimeDelta::days(365));
        assert!((later.level - 3.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let bucket = Bucket { level: 0.5, updated_at: start() };
        assert_eq!(bucket.take(RULE, start() - TimeDelta::days(1)), None);
    }
}
