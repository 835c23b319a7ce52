//! The numbers that rules go by, as a hospital may set them.

use super::words::words;

words! {
    /// Which approvals a stricter mode withdraws.
    pub enum WithdrawScope {
        /// Every one.
        All = "all",
        /// Only those that came from GREEN with direct approach.
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
