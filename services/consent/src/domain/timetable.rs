//! When something that nobody answered moves on. All days count from the first e-mail, or from the pack.

use chrono::{DateTime, TimeDelta, Utc};

/// The days, as a hospital may set them; 0 or none: never.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    /// The clinician is reminded.
    pub reminder_days: Vec<u32>,
    /// The RDBM is told.
    pub escalation_days: u32,
    /// The link ends.
    pub question_expiry_days: u32,
    /// The request is closed because the patient did not answer, counted from the pack.
    pub patient_answer_days: u32,
}

/// How far the waiting for a clinician has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// When the clinician was first asked.
    pub since: DateTime<Utc>,
    /// Reminders so far, those left out included.
    pub reminders: usize,
    /// The RDBM was told.
    pub escalated: bool,
}

/// What is to be done about an unanswered question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// The link ends.
    Expiry,
    /// The RDBM is told.
    Escalation,
    /// The clinician is reminded; afterwards so many reminders count as sent.
    Reminder {
        /// More than one further when the service slept: nobody gets two reminders on one day.
        reminders: usize,
    },
}

impl Timetable {
    /// After how long an unanswered question needs anything at all; none: never.
    pub fn first_step(&self) -> Option<TimeDelta> {
        let days = self.reminder_days.iter().chain([&self.escalation_days, &self.question_expiry_days]);
        days.copied().filter_map(after).min()
    }

    /// After how long an unanswered question ends.
    pub fn question_expiry(&self) -> Option<TimeDelta> {
        after(self.question_expiry_days)
    }

    /// After how long a patient's silence ends a request.
    pub fn patient_answer(&self) -> Option<TimeDelta> {
        after(self.patient_answer_days)
    }

    /// What is due now; the gravest first.
    pub fn due(&self, waiting: &Waiting, now: DateTime<Utc>) -> Option<Due> {
        let is_past = |days: u32| after(days).is_some_and(|delay| now >= waiting.since + delay);
        let reminders = self.reminder_days.iter().filter(|days| is_past(**days)).count();
        if is_past(self.question_expiry_days) {
            Some(Due::Expiry)
        } else if is_past(self.escalation_days) && !waiting.escalated {
            Some(Due::Escalation)
        } else if reminders > waiting.reminders {
            Some(Due::Reminder { reminders })
        } else {
            None
        }
    }
}

fn after(days: u32) -> Option<TimeDelta> {
    (days > 0).then(|| TimeDelta::days(days.into()))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn timetable() -> Timetable {
        Timetable {
            reminder_days: vec![7, 14],
            escalation_days: 21,
            question_expiry_days: 30,
            patient_answer_days: 90,
        }
    }

    fn due(timetable: &Timetable, reminders: usize, escalated: bool, seconds: i64) -> Option<Due> {
        let since = DateTime::UNIX_EPOCH;
        timetable.due(&Waiting { since, reminders, escalated }, since + TimeDelta::seconds(seconds))
    }

    const DAY: i64 = 86_400;

    #[rstest]
    #[case::before(0, false, 7 * DAY - 1, None)]
    #[case::first(0, false, 7 * DAY, Some(Due::Reminder { reminders: 1 }))]
    #[case::first_was_sent(1, false, 14 * DAY - 1, None)]
    #[case::second(1, false, 14 * DAY, Some(Due::Reminder { reminders: 2 }))]
    #[case::slept_through_the_first(0, false, 15 * DAY, Some(Due::Reminder { reminders: 2 }))]
    #[case::escalation(2, false, 21 * DAY, Some(Due::Escalation))]
    #[case::escalated(2, true, 29 * DAY, None)]
    #[case::expiry(2, true, 30 * DAY, Some(Due::Expiry))]
    #[case::slept_through_all(0, false, 31 * DAY, Some(Due::Expiry))]
    fn each_step(
        #[case] reminders: usize,
        #[case] escalated: bool,
        #[case] seconds: i64,
        #[case] expected: Option<Due>,
    ) {
        assert_eq!(due(&timetable(), reminders, escalated, seconds), expected);
    }

    #[test]
    fn zero_is_never() {
        let off = Timetable {
            reminder_days: vec![0],
            escalation_days: 0,
            question_expiry_days: 0,
            patient_answer_days: 0,
        };
        assert_eq!(due(&off, 0, false, 10_000 * DAY), None);
        assert_eq!((off.first_step(), off.question_expiry(), off.patient_answer()), (None, None, None));
        assert_eq!(timetable().first_step(), Some(TimeDelta::days(7)));
    }
}
