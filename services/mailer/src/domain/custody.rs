//! Who holds an e-mail and how far it has got: the part of its row that decides whether a body may go out.
//!
//! Every claim raises the fence. A worker shows the fence of its claim at each further step, so one that
//! slept through its lease can neither hand over nor report.

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::state::State;

/// The holder and the state of one e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Custody {
    /// Where the e-mail stands.
    pub state: State,
    /// Number of the newest claim.
    pub fence: i64,
    /// Until when the holder of that claim may go on.
    pub lease_until: Option<DateTime<Utc>>,
}

/// A step that the custody of an e-mail does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CustodyError {
    /// It is not waiting for a worker.
    #[error("the e-mail is not waiting to be sent")]
    NotWaiting,
    /// The lease ran out, or another worker or a person has taken over.
    #[error("the lease on the e-mail was lost")]
    LeaseLost,
    /// A person may send again only what failed, is doubtful or waits.
    #[error("an e-mail in the state {0} cannot be sent again")]
    NotResendable(State),
}

impl Custody {
    /// The custody of a new e-mail.
    pub const fn new() -> Self {
        Self { state: State::Accepted, fence: 0, lease_until: None }
    }

    /// A worker takes a waiting e-mail; the new fence is its ticket for the next steps.
    pub fn claim(self, now: DateTime<Utc>, lease: TimeDelta) -> Result<Self, CustodyError> {
        match self.state {
            State::Accepted | State::Deferred => Ok(Self {
                state: State::Claimed,
                fence: self.fence.saturating_add(1),
                lease_until: Some(now + lease),
            }),
            _ => Err(CustodyError::NotWaiting),
        }
    }

    /// The holder is about to send the body. Must be committed before the first byte of it leaves.
    pub fn hand_over(self, fence: i64, now: DateTime<Utc>, lease: TimeDelta) -> Result<Self, CustodyError> {
        let in_time = self.lease_until.is_some_and(|until| now < until);
        if self.state == State::Claimed && self.fence == fence && in_time {
            Ok(Self { state: State::HandingOver, fence, lease_until: Some(now + lease) })
        } else {
            Err(CustodyError::LeaseLost)
        }
    }

    /// The holder reports how it ended. Late is fine as long as nobody has taken over.
    pub fn conclude(self, fence: i64, end: State) -> Result<Self, CustodyError> {
        let held = match self.state {
            State::HandingOver => true,
            State::Claimed => !matches!(end, State::Sent | State::Doubtful),
            _ => false,
        };
        if held && self.fence == fence {
            Ok(Self { state: end, fence, lease_until: None })
        } else {
            Err(CustodyError::LeaseLost)
        }
    }

    /// What a lease that ran out leaves behind: before handing over the e-mail waits again, afterwards it is
    /// doubtful. `None` while nothing has run out.
    pub fn lapse(self, now: DateTime<Utc>) -> Option<Self> {
        let expired = self.lease_until.is_some_and(|until| until <= now);
        let state = match self.state {
            State::Claimed => State::Accepted,
            State::HandingOver => State::Doubtful,
            _ => return None,
        };
        expired.then_some(Self { state, fence: self.fence, lease_until: None })
    }

    /// A person has decided to send again.
    pub fn resend(self) -> Result<Self, CustodyError> {
        match self.state {
            State::Refused | State::Doubtful | State::Deferred => {
                Ok(Self { state: State::Accepted, fence: self.fence, lease_until: None })
            }
            other => Err(CustodyError::NotResendable(other)),
        }
    }
}

impl Default for Custody {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LEASE: TimeDelta = TimeDelta::seconds(10);

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn a_worker_that_overslept_cannot_hand_over() {
        let claimed = Custody::new().claim(at(0), LEASE).unwrap();
        assert_eq!(claimed.hand_over(1, at(10), LEASE), Err(CustodyError::LeaseLost));
        assert!(claimed.hand_over(1, at(9), LEASE).is_ok());
    }

    #[test]
    fn an_old_fence_neither_hands_over_nor_reports() {
        let first = Custody::new().claim(at(0), LEASE).unwrap();
        let second = first.lapse(at(10)).unwrap().claim(at(10), LEASE).unwrap();
        assert_eq!(second.hand_over(1, at(11), LEASE), Err(CustodyError::LeaseLost));
        assert_eq!(second.conclude(1, State::Deferred), Err(CustodyError::LeaseLost));
        assert!(second.hand_over(2, at(11), LEASE).is_ok());
    }

    #[test]
    fn a_lapse_is_harmless_before_handing_over_and_doubtful_afterwards() {
        let claimed = Custody::new().claim(at(0), LEASE).unwrap();
        let handing = claimed.hand_over(1, at(1), LEASE).unwrap();
        assert_eq!(claimed.lapse(at(9)), None);
        assert_eq!(claimed.lapse(at(10)).unwrap().state, State::Accepted);
        assert_eq!(handing.lapse(at(11)).unwrap().state, State::Doubtful);
    }

    #[test]
    fn nothing_is_sent_without_handing_over() {
        let claimed = Custody::new().claim(at(0), LEASE).unwrap();
        assert_eq!(claimed.conclude(1, State::Sent), Err(CustodyError::LeaseLost));
        assert_eq!(claimed.conclude(1, State::Doubtful), Err(CustodyError::LeaseLost));
    }

    /// What may happen around one e-mail, in any order, to any of three workers.
    #[derive(Debug, Clone, Copy)]
    enum Step {
        Claim(usize),
        HandOver(usize),
        SendBody(usize),
        Report(usize, State),
        Crash(usize),
        Wait(i64),
        Sweep,
        Resend,
    }

    fn step() -> impl Strategy<Value = Step> {
        let worker = 0_usize..3;
        let answer = prop_oneof![Just(State::Sent), Just(State::Deferred), Just(State::Doubtful)];
        prop_oneof![
            3 => worker.clone().prop_map(Step::Claim),
            3 => worker.clone().prop_map(Step::HandOver),
            3 => worker.clone().prop_map(Step::SendBody),
            2 => (worker.clone(), answer).prop_map(|(worker, end)| Step::Report(worker, end)),
            1 => worker.prop_map(Step::Crash),
            2 => (1_i64..15).prop_map(Step::Wait),
            2 => Just(Step::Sweep),
            1 => Just(Step::Resend),
        ]
    }

    /// A worker's own knowledge; a crash wipes it.
    #[derive(Debug, Clone, Copy, Default)]
    struct Worker {
        fence: Option<i64>,
        may_send_body: bool,
        sent_body: bool,
    }

    proptest! {
        #[test]
        fn no_interleaving_sends_twice_without_an_answer_or_a_person_between(
            steps in proptest::collection::vec(step(), 1..200)
        ) {
            let mut custody = Custody::new();
            let mut workers = [Worker::default(); 3];
            let mut now = 0;
            let mut bodies = 0_usize;
            // A body may go out once, and once more after each definite refusal and each person's decision.
            let mut licences = 1_usize;
            for step in steps {
                match step {
                    Step::Claim(w) => if let Ok(next) = custody.claim(at(now), LEASE) {
                        custody = next;
                        workers[w] = Worker { fence: Some(next.fence), ..Worker::default() };
                    },
                    Step::HandOver(w) => if let Some(fence) = workers[w].fence
                        && let Ok(next) = custody.hand_over(fence, at(now), LEASE) {
                        custody = next;
                        workers[w].may_send_body = true;
                    },
                    Step::SendBody(w) => if std::mem::take(&mut workers[w].may_send_body) {
                        workers[w].sent_body = true;
                        bodies += 1;
                    },
                    Step::Report(w, end) => {
                        let Worker { fence: Some(fence), may_send_body, sent_body } = workers[w] else { continue };
                        // A worker between handing over and its body has nothing to report yet.
                        if may_send_body { continue }
                        if let Ok(next) = custody.conclude(fence, end) {
                            custody = next;
                            licences += usize::from(sent_body && end == State::Deferred);
                        }
                        workers[w] = Worker::default();
                    }
                    Step::Crash(w) => workers[w] = Worker::default(),
                    Step::Wait(seconds) => now += seconds,
                    Step::Sweep => custody = custody.lapse(at(now)).unwrap_or(custody),
                    Step::Resend => {
                        let doubtful_or_failed = custody.state != State::Deferred;
                        if let Ok(next) = custody.resend() {
                            custody = next;
                            licences += usize::from(doubtful_or_failed);
                        }
                    }
                }
                prop_assert!(bodies <= licences, "{bodies} bodies with {licences} licences");
            }
        }
    }
}
