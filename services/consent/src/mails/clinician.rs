//! E-mails to clinicians.

use askama::Template;
use chrono::NaiveDate;

use super::{House, Mail};
use crate::domain::answer::Involvement;

/// Asks whether an invitation may be passed on (rule R17).
#[derive(Debug, Template)]
#[template(path = "clinician_question.txt")]
pub struct Question<'a> {
    house: &'a House,
    clinician: &'a str,
    researcher: &'a str,
    study: &'a str,
    code: &'a str,
    patient: Option<IdentifiedPatient>,
    why: &'static str,
    clinical_trial: bool,
    link: &'a str,
    until: String,
    charity: String,
}

/// The patient, where the site allows it in an e-mail.
#[derive(Debug, Clone)]
pub struct IdentifiedPatient {
    /// Title and name.
    pub name: String,
    /// As people read it.
    pub born_on: String,
    /// Grouped 3-3-4.
    pub nhs_number: String,
}

/// What both e-mails about a question have.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who writes.
    pub house: &'a House,
    /// The clinician's name.
    pub clinician: &'a str,
    /// The lead researcher's name.
    pub researcher: &'a str,
    /// Title of the study.
    pub study: &'a str,
    /// Code of the request.
    pub code: &'a str,
    /// Address of the answer page, with its token.
    pub link: &'a str,
    /// Last day of the link.
    pub until: NaiveDate,
}

impl<'a> Question<'a> {
    /// The question; `charity_pence` is what each answer earns, 0 for nothing.
    pub fn new(
        asked: Asked<'a>,
        involvement: Involvement,
        clinical_trial: bool,
        charity_pence: u32,
        patient: Option<IdentifiedPatient>,
    ) -> Self {
        let Asked { house, clinician, researcher, study, code, link, until } = asked;
        let (why, until, charity) = (why(involvement), day(until), pounds(charity_pence));
        Self { house, clinician, researcher, study, code, patient, why, clinical_trial, link, until, charity }
    }
}

fn why(involvement: Involvement) -> &'static str {
    match involvement {
        Involvement::RequestedByResearchers => {
            "You are asked because the researchers want a clinician to take part."
        }
        Involvement::RequiredByYellow => {
            "You are asked because the patient wishes that a clinician be asked before each invitation."
        }
        Involvement::RequiredByUnknown => {
            "You are asked because the patient has not yet said whether researchers may get in touch."
        }
    }
}

impl Mail for Question<'_> {
    const KIND: &'static str = "clinician_question";

    fn subject(&self) -> String {
        format!("May {} invite your patient to a study? Request {}", self.researcher, self.code)
    }
}

/// Reminds of a question without an answer.
#[derive(Debug, Template)]
#[template(path = "clinician_reminder.txt")]
pub struct Reminder<'a> {
    house: &'a House,
    clinician: &'a str,
    researcher: &'a str,
    study: &'a str,
    code: &'a str,
    asked_on: String,
    link: &'a str,
    until: String,
}

impl<'a> Reminder<'a> {
    /// The reminder of a question that was asked on `asked_on`, with a new link.
    pub fn new(asked: Asked<'a>, asked_on: NaiveDate) -> Self {
        let Asked { house, clinician, researcher, study, code, link, until } = asked;
        Self { house, clinician, researcher, study, code, asked_on: day(asked_on), link, until: day(until) }
    }
}

impl Mail for Reminder<'_> {
    const KIND: &'static str = "clinician_reminder";

    fn subject(&self) -> String {
        format!("Reminder: may {} invite your patient to a study? Request {}", self.researcher, self.code)
    }
}

/// Confirms a clinician's own request (rule R16).
#[derive(Debug, Template)]
#[template(path = "clinician_confirmation.txt")]
pub struct Confirmation<'a> {
    house: &'a House,
    clinician: &'a str,
    researcher: &'a str,
    study: &'a str,
    code: &'a str,
    by_rdbm: bool,
    link: &'a str,
    until: String,
}

impl<'a> Confirmation<'a> {
    /// The confirmation; `by_rdbm`: the manager posts the pack (answer R), else the clinician hands it over.
    pub fn new(asked: Asked<'a>, by_rdbm: bool) -> Self {
        let Asked { house, clinician, researcher, study, code, link, until } = asked;
        Self { house, clinician, researcher, study, code, by_rdbm, link, until: day(until) }
    }
}

impl Mail for Confirmation<'_> {
    const KIND: &'static str = "clinician_confirmation";

    fn subject(&self) -> String {
        format!("Your patient's invitation to a study: request {}", self.code)
    }
}

/// `24 Nov 2026`.
pub(super) fn day(day: NaiveDate) -> String {
    day.format("%-d %b %Y").to_string()
}

/// `£1.50`; empty for nothing.
fn pounds(pence: u32) -> String {
    if pence == 0 { String::new() } else { format!("£{}.{:02}", pence / 100, pence % 100) }
}
