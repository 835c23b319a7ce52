//! The numbers that rules go by, as a hospital may set them.

use super::words::words;

words! {
    /// Which approvals a stricter mode withdraws.
    pub enum WithdrawScope {
        /// Every one.
        All = "all",
        /// Only those that came from GREEN with direct approach, as the incumbent does.
        GreenOnly = "green_only",
    }
}

/// What a decision goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Over how many days approaches are counted against a patient's cap.
    pub cap_days: u32,
    /// How long after discharge a patient may be approached; the last day is allowed.
    pub permitted_days_after_discharge: u32,
    /// Domains that e-mails may go to: exact, or `.suffix`. Empty: any.
    pub permitted_domains: Vec<String>,
}

/// When a question that nobody answered moves on. All in days after the first e-mail; 0 or none: never.
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
