//! E-mails to lead researchers. Who the patient is stands in the attached letter alone.

use askama::Template;
use chrono::NaiveDate;

use super::clinician::day;
use super::{House, Mail};

/// The patient may be contacted; the letter is attached (rule R09, or the patient's yes).
#[derive(Debug, Template)]
#[template(path = "approval.txt")]
pub struct Approval<'a> {
    /// Who writes.
    pub house: &'a House,
    /// The lead researcher's name.
    pub researcher: &'a str,
    /// Title of the study.
    pub study: &'a str,
    /// Code of the request.
    pub code: &'a str,
    /// Address of the request's page.
    pub link: &'a str,
}

impl Mail for Approval<'_> {
    const KIND: &'static str = "approval";

    fn subject(&self) -> String {
        format!("You may contact a patient about {}: request {}", self.study, self.code)
    }
}

/// A permission is withdrawn; the letter is attached.
#[derive(Debug, Template)]
#[template(path = "withdrawal.txt")]
pub struct Withdrawal<'a> {
    house: &'a House,
    researcher: &'a str,
    study: &'a str,
    code: &'a str,
    permitted_on: String,
    link: &'a str,
}

impl<'a> Withdrawal<'a> {
    /// The withdrawal of what `approval` gave on `permitted_on`.
    pub fn of(approval: &Approval<'a>, permitted_on: NaiveDate) -> Self {
        let Approval { house, researcher, study, code, link } = *approval;
        Self { house, researcher, study, code, permitted_on: day(permitted_on), link }
    }
}

impl Mail for Withdrawal<'_> {
    const KIND: &'static str = "withdrawal";

    fn subject(&self) -> String {
        format!("Withdrawn: do not contact a patient about {}, request {}", self.study, self.code)
    }
}
