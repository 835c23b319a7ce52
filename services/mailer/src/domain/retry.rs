//! When to try again, and when to give up.

use chrono::{DateTime, TimeDelta, Utc};

/// Growing delays, and the end of patience.
#[derive(Debug, Clone, PartialEq)]
pub struct RetryPolicy {
    /// Delays after the first, second, ... try that failed; the last one repeats.
    pub delays: Vec<TimeDelta>,
    /// The same for a live guard that did not answer: it is one of ours, so soon back.
    pub guard_delays: Vec<TimeDelta>,
    /// How long after its acceptance an e-mail is given up.
    pub give_up_after: TimeDelta,
}

/// What has been tried since the e-mail was accepted, or a person last asked to send it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// Tries that failed.
    pub count: u32,
    /// The beginning of the patience.
    pub since: DateTime<Utc>,
}

/// A number between -1 and 1, drawn by the caller, so that many e-mails do not come back at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jitter(pub f64);

/// How far jitter moves a delay.
const JITTER_SHARE: f64 = 0.2;

impl RetryPolicy {
    /// The next try after a fault at the mail server; `None` when patience has ended.
    pub fn after_fault(&self, tries: Tries, now: DateTime<Utc>, jitter: Jitter) -> Option<DateTime<Utc>> {
        self.next(&self.delays, tries, now, jitter)
    }

    /// The next try after an unanswered guard; `None` when patience has ended.
    pub fn after_silence(&self, tries: Tries, now: DateTime<Utc>, jitter: Jitter) -> Option<DateTime<Utc>> {
        self.next(&self.guard_delays, tries, now, jitter)
    }

    fn next(
        &self,
        delays: &[TimeDelta],
        tries: Tries,
        now: DateTime<Utc>,
        Jitter(jitter): Jitter,
    ) -> Option<DateTime<Utc>> {
        let index = usize::try_from(tries.count).unwrap_or(usize::MAX);
        let delay = *delays.get(index).or(delays.last())?;
        #[expect(clippy::cast_precision_loss, reason = "delays are days at most")]
        let milliseconds = delay.num_milliseconds() as f64 * (1.0 + JITTER_SHARE * jitter.clamp(-1.0, 1.0));
        #[expect(clippy::cast_possible_truncation, reason = "delays are days at most")]
        let next = now + TimeDelta::milliseconds(milliseconds as i64);
        (next <= tries.since + self.give_up_after).then_some(next)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy() -> RetryPolicy {
        RetryPolicy {
            delays: [60, 300, 900].into_iter().map(TimeDelta::seconds).collect(),
            guard_delays: [2, 5].into_iter().map(TimeDelta::seconds).collect(),
            give_up_after: TimeDelta::hours(2),
        }
    }

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    #[test]
    fn delays_grow_and_the_last_repeats() {
        let waits: Vec<i64> = (0..5)
            .map(|count| {
                let next =
                    policy().after_fault(Tries { count, since: start() }, start(), Jitter(0.0)).unwrap();
                (next - start()).num_seconds()
            })
            .collect();
        assert_eq!(waits, [60, 300, 900, 900, 900]);
    }

    #[test]
    fn patience_ends() {
        let late = start() + TimeDelta::minutes(119);
        assert_eq!(policy().after_fault(Tries { count: 9, since: start() }, late, Jitter(0.0)), None);
    }

    proptest! {
        #[test]
        fn jitter_stays_within_a_fifth(count in 0_u32..20, jitter in -1.0_f64..1.0) {
            let tries = Tries { count, since: start() };
            let exact = (policy().after_fault(tries, start(), Jitter(0.0)).unwrap() - start()).num_milliseconds();
            let drawn = (policy().after_fault(tries, start(), Jitter(jitter)).unwrap() - start()).num_milliseconds();
            prop_assert!((drawn - exact).abs() * 5 <= exact);
        }
    }
}
