//! From how a try ended to what becomes of the e-mail.

use chrono::{DateTime, Utc};

use super::reply::{Cause, Consequence, Fault, Reply};
use super::retry::{Jitter, RetryPolicy, Tries};
use super::state::State;

/// How one try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conclusion {
    /// The server took the body.
    Delivered(Reply),
    /// The conversation failed.
    Failed(Fault),
    /// The live guard says no, for a reason such as `consent_withdrawn`.
    NotPermitted(String),
    /// The live guard did not answer.
    GuardSilent,
    /// The last moment for this e-mail has passed.
    TooLate,
    /// The message cannot be built; nothing would change by trying again.
    Unsendable,
}

/// What becomes of an e-mail after a try, and what is kept of the try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What becomes of the e-mail.
    pub outcome: Outcome,
    /// The server's reply or the fault, without addresses.
    pub detail: String,
    /// The class of the server's reply for metrics.
    pub reply_class: &'static str,
}

impl Verdict {
    /// For an e-mail whose worker vanished while it handed over.
    pub fn vanished() -> Self {
        Self {
            outcome: Outcome::Doubtful,
            detail: "the sending process ended while it handed over".to_owned(),
            reply_class: "none",
        }
    }
}

/// What becomes of the e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Done.
    Sent,
    /// Will be tried again.
    Deferred {
        /// A word for the reason.
        reason: String,
        /// Not before this moment.
        next_try_at: DateTime<Utc>,
    },
    /// Will not be tried again by itself.
    Refused {
        /// A word for the reason.
        reason: String,
    },
    /// A person must decide.
    Doubtful,
    /// Must not go out any more.
    Stopped {
        /// A word for the reason.
        reason: String,
    },
}

impl Outcome {
    /// The state that it leads to.
    pub const fn state(&self) -> State {
        match self {
            Self::Sent => State::Sent,
            Self::Deferred { .. } => State::Deferred,
            Self::Refused { .. } => State::Refused,
            Self::Doubtful => State::Doubtful,
            Self::Stopped { .. } => State::Stopped,
        }
    }

    /// The word for its reason, if there is something to explain.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Sent => None,
            Self::Doubtful => Some("no_answer_after_handing_over"),
            Self::Deferred { reason, .. } | Self::Refused { reason } | Self::Stopped { reason } => {
                Some(reason)
            }
        }
    }

    /// When it will be tried again.
    pub const fn next_try_at(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Deferred { next_try_at, .. } => Some(*next_try_at),
            _ => None,
        }
    }
}

impl Conclusion {
    /// What becomes of the e-mail after this try.
    pub fn judge(&self, policy: &RetryPolicy, tries: Tries, now: DateTime<Utc>, jitter: Jitter) -> Verdict {
        Verdict {
            outcome: self.outcome(policy, tries, now, jitter),
            detail: self.detail(),
            reply_class: self.reply_class(),
        }
    }

    fn outcome(&self, policy: &RetryPolicy, tries: Tries, now: DateTime<Utc>, jitter: Jitter) -> Outcome {
        match self {
            Self::Delivered(_) => Outcome::Sent,
            Self::Failed(fault) => match fault.consequence() {
                Consequence::Retry => later(policy.after_fault(tries, now, jitter), fault.reason()),
                Consequence::Refuse => Outcome::Refused { reason: fault.reason() },
                Consequence::Doubt => Outcome::Doubtful,
            },
            Self::GuardSilent => {
                later(policy.after_silence(tries, now, jitter), "guard_unanswered".to_owned())
            }
            Self::NotPermitted(reason) => Outcome::Stopped { reason: reason.clone() },
            Self::TooLate => Outcome::Stopped { reason: "too_late".to_owned() },
            Self::Unsendable => Outcome::Refused { reason: "unsendable".to_owned() },
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Delivered(reply) => reply.to_string(),
            Self::Failed(fault) => fault.to_string(),
            Self::NotPermitted(reason) => format!("not permitted by the sender: {reason}"),
            Self::GuardSilent => "the sender did not confirm that this may still go out".to_owned(),
            Self::TooLate => "the last moment for this e-mail has passed".to_owned(),
            Self::Unsendable => "the message could not be built".to_owned(),
        }
    }

    const fn reply_class(&self) -> &'static str {
        match self {
            Self::Delivered(reply) | Self::Failed(Fault { cause: Cause::Reply(reply), .. }) => reply.class(),
            Self::Failed(_) => "none",
            _ => "not_asked",
        }
    }
}

fn later(next_try_at: Option<DateTime<Utc>>, reason: String) -> Outcome {
    match next_try_at {
        Some(next_try_at) => Outcome::Deferred { reason, next_try_at },
        None => Outcome::Refused { reason: "gave_up".to_owned() },
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use rstest::rstest;

    use super::*;
    use crate::domain::reply::Verb;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn outcome(conclusion: &Conclusion, waiting: TimeDelta) -> Outcome {
        let policy = RetryPolicy {
            delays: vec![TimeDelta::minutes(1)],
            guard_delays: vec![TimeDelta::seconds(2)],
            give_up_after: TimeDelta::days(2),
        };
        conclusion.judge(&policy, Tries { count: 0, since: now() - waiting }, now(), Jitter(0.0)).outcome
    }

    fn reply(verb: Verb, code: u16) -> Conclusion {
        Conclusion::Failed(Fault { verb, cause: Cause::Reply(Reply::new(code, "text")) })
    }

    #[rstest]
    #[case::taken(Conclusion::Delivered(Reply::new(250, "queued")), State::Sent, None)]
    #[case::later(reply(Verb::Rcpt, 451), State::Deferred, Some("smtp_451"))]
    #[case::never(reply(Verb::Rcpt, 550), State::Refused, Some("smtp_550"))]
    #[case::later_after_the_body(reply(Verb::Body, 451), State::Deferred, Some("smtp_451"))]
    #[case::withdrawn(
        Conclusion::NotPermitted("consent_withdrawn".into()), State::Stopped, Some("consent_withdrawn"))]
    #[case::silent(Conclusion::GuardSilent, State::Deferred, Some("guard_unanswered"))]
    #[case::late(Conclusion::TooLate, State::Stopped, Some("too_late"))]
    #[case::no_answer(
        Conclusion::Failed(Fault { verb: Verb::Body, cause: Cause::TimedOut }),
        State::Doubtful,
        Some("no_answer_after_handing_over"))]
    fn each_conclusion_has_its_outcome(
        #[case] conclusion: Conclusion,
        #[case] state: State,
        #[case] reason: Option<&str>,
    ) {
        let outcome = outcome(&conclusion, TimeDelta::zero());
        assert_eq!((outcome.state(), outcome.reason()), (state, reason));
        assert_eq!(outcome.next_try_at().is_some(), state == State::Deferred);
    }

    #[test]
    fn after_two_days_it_is_given_up() {
        let outcome = outcome(&reply(Verb::Connect, 421), TimeDelta::days(2));
        assert_eq!(outcome, Outcome::Refused { reason: "gave_up".into() });
    }
}
