//! Where a run stands and who holds it: the part of its row that decides what may happen next.
//!
//! Every claim raises the attempt. A worker shows the attempt of its claim at each further step, so one that
//! slept through its lease can neither report nor leave a result behind.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

/// Holders that may vanish before a run is given up.
const MOST_LOSSES: i32 = 3;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum State {
    /// Waits for its turn.
    Queued,
    /// A worker holds it.
    Running,
    /// Its result is stored.
    Done,
    /// It ended without a result.
    Failed,
    /// Its user ended it.
    Cancelled,
    /// It took too long.
    TimedOut,
}

/// A text that names no state.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown state of a run")]
pub(crate) struct UnknownState;

impl State {
    /// All states, in the order of a run's life.
    pub(crate) const ALL: [Self; 6] =
        [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled, Self::TimedOut];

    /// The name in columns, contracts and metrics.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::TimedOut => "timed_out",
        }
    }

    /// Nothing follows.
    pub(crate) const fn is_end(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(text: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.as_str() == text).ok_or(UnknownState)
    }
}

/// The holder and the state of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Custody {
    /// Where the run stands.
    pub(crate) state: State,
    /// Number of the newest claim.
    pub(crate) attempt: i32,
    /// How many holders vanished.
    pub(crate) losses: i32,
    /// Until when the holder may be silent.
    pub(crate) lease_until: Option<DateTime<Utc>>,
    /// The user wants it ended.
    pub(crate) cancelling: bool,
}

/// A step that the custody of a run does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum CustodyError {
    /// It is not waiting for a worker.
    #[error("the run is not waiting")]
    NotWaiting,
    /// Another worker has taken over, or the run has ended.
    #[error("the run is no longer held")]
    NotHeld,
    /// There is nothing to cancel any more.
    #[error("the run has ended")]
    Ended,
}

impl Custody {
    /// A worker takes a waiting run; the new attempt is its ticket for the next steps.
    pub(crate) fn claim(self, now: DateTime<Utc>, lease: TimeDelta) -> Result<Self, CustodyError> {
        if self.state != State::Queued {
            return Err(CustodyError::NotWaiting);
        }
        let attempt = self.attempt.saturating_add(1);
        Ok(Self { state: State::Running, attempt, lease_until: Some(now + lease), ..self })
    }

    /// The holder is alive. Late is fine as long as nobody has taken over.
    pub(crate) fn renew(
        self,
        attempt: i32,
        now: DateTime<Utc>,
        lease: TimeDelta,
    ) -> Result<Self, CustodyError> {
        Ok(Self { lease_until: Some(now + lease), ..self.held(attempt)? })
    }

    /// The holder reports how it ended. What the user has cancelled is cancelled, even if the result came first.
    pub(crate) fn conclude(self, attempt: i32, end: State) -> Result<Self, CustodyError> {
        let held = self.held(attempt)?;
        Ok(held.end(if held.cancelling { State::Cancelled } else { end }))
    }

    /// The holder stops before the end, through no fault of the run.
    pub(crate) fn give_back(self, attempt: i32) -> Result<Self, CustodyError> {
        Ok(self.held(attempt)?.wait_again())
    }

    /// The user wants the run ended: at once while it waits, else by its holder.
    pub(crate) fn cancel(self) -> Result<Self, CustodyError> {
        match self.state {
            State::Queued => Ok(self.end(State::Cancelled)),
            State::Running => Ok(Self { cancelling: true, ..self }),
            _ => Err(CustodyError::Ended),
        }
    }

    /// Somebody looks after a run whose holder fell silent. `None` while the lease lasts.
    pub(crate) fn take_over(self, now: DateTime<Utc>, lease: TimeDelta) -> Option<Self> {
        let lapsed = self.state == State::Running && self.lease_until.is_some_and(|until| until <= now);
        let attempt = self.attempt.saturating_add(1);
        lapsed.then_some(Self { attempt, lease_until: Some(now + lease), ..self })
    }

    /// What a vanished holder left in the database has been ended: the run waits again, a few times.
    pub(crate) fn recover(self, attempt: i32) -> Result<Self, CustodyError> {
        let held = self.held(attempt)?;
        let lost = Self { losses: held.losses.saturating_add(1), ..held };
        let given_up = lost.losses >= MOST_LOSSES && !lost.cancelling;
        Ok(if given_up { lost.end(State::Failed) } else { lost.wait_again() })
    }

    fn held(self, attempt: i32) -> Result<Self, CustodyError> {
        let held = self.state == State::Running && self.attempt == attempt;
        if held { Ok(self) } else { Err(CustodyError::NotHeld) }
    }

    fn wait_again(self) -> Self {
        let state = if self.cancelling { State::Cancelled } else { State::Queued };
        self.end(state)
    }

    fn end(self, state: State) -> Self {
        Self { state, lease_until: None, ..self }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LEASE: TimeDelta = TimeDelta::seconds(15);

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn queued() -> Custody {
        Custody { state: State::Queued, attempt: 0, losses: 0, lease_until: None, cancelling: false }
    }

    fn running() -> Custody {
        queued().claim(start(), LEASE).unwrap()
    }

    #[test]
    fn every_state_survives_its_name() {
        for state in State::ALL {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
        assert_eq!("lost".parse::<State>(), Err(UnknownState));
    }

    #[test]
    fn a_run_is_claimed_once() {
        assert_eq!(running().claim(start(), LEASE), Err(CustodyError::NotWaiting));
    }

    #[test]
    fn a_holder_that_slept_through_its_lease_can_do_nothing_more() {
        let held = running();
        assert_eq!(held.take_over(start(), LEASE), None);
        let taken = held.take_over(start() + LEASE, LEASE).unwrap();
        assert_eq!(taken.conclude(held.attempt, State::Done), Err(CustodyError::NotHeld));
        assert_eq!(taken.renew(held.attempt, start(), LEASE), Err(CustodyError::NotHeld));
        assert_eq!(taken.give_back(held.attempt), Err(CustodyError::NotHeld));
        assert_eq!(taken.recover(taken.attempt).unwrap().state, State::Queued);
    }

    #[test]
    fn the_third_vanished_holder_is_the_last() {
        let mut custody = queued();
        for expected in [State::Queued, State::Queued, State::Failed] {
            let held = custody.claim(start(), LEASE).unwrap().take_over(start() + LEASE, LEASE).unwrap();
            custody = held.recover(held.attempt).unwrap();
            assert_eq!(custody.state, expected);
        }
    }

    #[test]
    fn giving_back_is_no_loss() {
        let mut custody = queued();
        for _ in 0..5 {
            let held = custody.claim(start(), LEASE).unwrap();
            custody = held.give_back(held.attempt).unwrap();
        }
        assert_eq!((custody.state, custody.losses), (State::Queued, 0));
    }

    #[test]
    fn what_waits_is_cancelled_at_once_and_what_runs_by_its_holder() {
        assert_eq!(queued().cancel().unwrap().state, State::Cancelled);
        let asked = running().cancel().unwrap();
        assert_eq!((asked.state, asked.cancelling), (State::Running, true));
        assert_eq!(asked.conclude(asked.attempt, State::Done).unwrap().state, State::Cancelled);
        assert_eq!(asked.give_back(asked.attempt).unwrap().state, State::Cancelled);
        let taken = asked.take_over(start() + LEASE, LEASE).unwrap();
        assert_eq!(taken.recover(taken.attempt).unwrap().state, State::Cancelled);
        assert_eq!(running().conclude(1, State::Done).unwrap().cancel(), Err(CustodyError::Ended));
    }

    proptest! {
        #[test]
        fn only_what_runs_has_a_lease_and_an_end_stays(steps in prop::collection::vec(0_u8..7, 0..30)) {
            let mut custody = queued();
            let mut now = start();
            for step in steps {
                now += TimeDelta::seconds(7);
                let attempt = custody.attempt;
                let next = match step {
                    0 => custody.claim(now, LEASE),
                    1 => custody.renew(attempt, now, LEASE),
                    2 => custody.conclude(attempt, State::Done),
                    3 => custody.give_back(attempt),
                    4 => custody.cancel(),
                    5 => custody.take_over(now, LEASE).ok_or(CustodyError::NotHeld),
                    _ => custody.recover(attempt),
                };
                let Ok(next) = next else { continue };
                prop_assert!(!custody.state.is_end());
                prop_assert_eq!(next.lease_until.is_some(), next.state == State::Running);
                prop_assert!(next.attempt >= attempt);
                custody = next;
            }
        }
    }
}
