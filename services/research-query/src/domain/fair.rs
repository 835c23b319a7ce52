//! A fair queue: who has least running now goes first, then who was served longest ago, then who came first.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use coffer_types::{RunId, UserId};

/// A run that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) run: RunId,
    pub(crate) user: UserId,
    pub(crate) queued_at: DateTime<Utc>,
}

/// How many runs there may be at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caps {
    /// Of all users together.
    pub(crate) in_all: usize,
    /// Of one user.
    pub(crate) per_user: usize,
}

/// What waits and what runs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queue {
    /// Runs that wait.
    pub(crate) waiting: Vec<Waiting>,
    /// How many runs each user has now.
    pub(crate) running: HashMap<UserId, usize>,
    /// When each user was last served.
    pub(crate) served: HashMap<UserId, DateTime<Utc>>,
}

/// A user's place: the least goes next.
type Turn = (usize, Option<DateTime<Utc>>, usize, DateTime<Utc>, RunId);

impl Queue {
    /// The run whose turn it is, if the caps leave room.
    pub(crate) fn next(&self, caps: Caps) -> Option<RunId> {
        if self.running.values().sum::<usize>() >= caps.in_all {
            return None;
        }
        let turns = self.waiting.iter().map(|waiting| (self.turn(waiting, 0), waiting));
        let (_, first) = turns.min_by_key(|(turn, _)| *turn)?;
        (self.running_of(first.user) < caps.per_user).then_some(first.run)
    }

    /// The order in which the runs would be served if nothing else came.
    pub(crate) fn order(&self) -> Vec<RunId> {
        let mut own: HashMap<UserId, Vec<&Waiting>> = HashMap::new();
        for waiting in &self.waiting {
            own.entry(waiting.user).or_default().push(waiting);
        }
        let mut turns: Vec<(Turn, RunId)> = Vec::with_capacity(self.waiting.len());
        for mut runs in own.into_values() {
            runs.sort_by_key(|waiting| (waiting.queued_at, waiting.run));
            turns.extend(runs.iter().enumerate().map(|(before, it)| (self.turn(it, before), it.run)));
        }
        turns.sort_unstable_by_key(|(turn, _)| *turn);
        turns.into_iter().map(|(_, run)| run).collect()
    }

    /// The turn of a run that has `before` runs of its own user in front of it.
    fn turn(&self, waiting: &Waiting, before: usize) -> Turn {
        let served = self.served.get(&waiting.user).copied();
        (self.running_of(waiting.user) + before, served, before, waiting.queued_at, waiting.run)
    }

    fn running_of(&self, user: UserId) -> usize {
        self.running.get(&user).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const CAPS: Caps = Caps { in_all: 4, per_user: 2 };

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::seconds(second)
    }

    fn user(number: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(number))
    }

    fn run(number: u128) -> RunId {
        RunId::from_uuid(Uuid::from_u128(number))
    }

    /// Runs numbered in the order in which they came, by the number of their user.
    fn queue(users: &[u128]) -> Queue {
        let waiting = users.iter().zip(0_u32..).map(|(&of, number)| Waiting {
            run: run(number.into()),
            user: user(of),
            queued_at: at(number.into()),
        });
        Queue { waiting: waiting.collect(), ..Queue::default() }
    }

    fn order(queue: &Queue) -> Vec<u128> {
        queue.order().into_iter().map(|run| run.as_uuid().as_u128()).collect()
    }

    #[test]
    fn twenty_runs_of_one_user_do_not_hold_up_another() {
        let queue = queue(&[1, 1, 1, 2, 1, 2]);
        assert_eq!(order(&queue), [0, 3, 1, 5, 2, 4]);
        assert_eq!(queue.next(CAPS), Some(run(0)));
    }

    #[test]
    fn who_has_something_running_waits_for_who_has_not() {
        let mut queue = queue(&[1, 2]);
        queue.running.insert(user(1), 1);
        assert_eq!(order(&queue), [1, 0]);
        assert_eq!(queue.next(CAPS), Some(run(1)));
    }

    #[test]
    fn who_was_served_longest_ago_goes_first_and_the_new_before_all() {
        let mut queue = queue(&[1, 2, 3]);
        queue.served.extend([(user(1), at(-1)), (user(2), at(-9))]);
        assert_eq!(order(&queue), [2, 1, 0]);
    }

    #[test]
    fn caps_hold() {
        let mut queue = queue(&[1]);
        queue.running.insert(user(1), 2);
        assert_eq!(queue.next(CAPS), None);
        queue.running = HashMap::from([(user(2), 2), (user(3), 2)]);
        assert_eq!(queue.next(CAPS), None);
        queue.running.insert(user(3), 1);
        assert_eq!(queue.next(CAPS), Some(run(0)));
    }

    proptest! {
        #[test]
        fn the_first_in_order_is_next_and_nobody_is_lost(users in prop::collection::vec(0_u128..4, 0..20)) {
            let queue = queue(&users);
            let order = queue.order();
            prop_assert_eq!(order.first().copied(), queue.next(CAPS));
            prop_assert_eq!(order.len(), users.len());
        }
    }
}
