//! Letters from the research database's office to researchers, and their own model letter.

use chrono::NaiveDate;
use serde::Serialize;

use super::Letter;
use crate::parts::{Addressee, Basis, Identity, LongDate, Study, TextSize};

/// Tells a lead researcher that a patient may be contacted.
#[derive(Clone, Serialize)]
pub struct ApprovalLetter {
    /// The letter's date.
    pub date: LongDate,
    /// The lead researcher.
    pub researcher: Addressee,
    /// The study.
    pub study: Study,
    /// What people call the request by.
    pub request_code: String,
    /// When the researchers asked.
    pub requested_on: LongDate,
    /// What the permission rests on.
    pub basis: Basis,
    /// The patient.
    pub patient: Identity,
    /// Sex, in words.
    pub sex: String,
    /// Lines of the patient's address.
    pub address: Vec<String>,
    /// The general practitioner, may be empty.
    pub gp: String,
    /// The clinician who looks after the patient, may be empty.
    pub clinician: String,
    /// Whether the patient would rather have e-mail than post.
    pub prefers_email: bool,
    /// The patient's e-mail address; empty when not known or not preferred.
    pub email: String,
}

impl Letter for ApprovalLetter {
    const TEMPLATE: &'static str = "approval.typ";

    fn title(&self) -> String {
        format!("Approval to contact a patient: request {}", self.request_code)
    }

    fn date(&self) -> NaiveDate {
        self.date.0
    }

    fn text_size(&self) -> TextSize {
        TextSize::Small
    }
}

/// Tells a lead researcher that a patient may no longer be contacted.
#[derive(Clone, Serialize)]
pub struct WithdrawalLetter {
    /// The letter's date.
    pub date: LongDate,
    /// The lead researcher.
    pub researcher: Addressee,
    /// The study.
    pub study: Study,
    /// What people call the request by.
    pub request_code: String,
    /// When the permission was given.
    pub permitted_on: LongDate,
    /// The patient.
    pub patient: Identity,
}

impl Letter for WithdrawalLetter {
    const TEMPLATE: &'static str = "withdrawal.typ";

    fn title(&self) -> String {
        format!("Permission to contact a patient withdrawn: request {}", self.request_code)
    }

    fn date(&self) -> NaiveDate {
        self.date.0
    }

    fn text_size(&self) -> TextSize {
        TextSize::Small
    }
}

/// A model for the first letter of researchers to a patient; what they fill in stands in brackets.
#[derive(Clone, Serialize)]
pub struct CoverLetter {
    /// The date of the model.
    pub date: LongDate,
    /// The study.
    pub study: Study,
    /// Whether the patients will have agreed to be written to about this very study.
    pub asked_about_study: bool,
}

impl Letter for CoverLetter {
    const TEMPLATE: &'static str = "cover.typ";

    fn title(&self) -> String {
        format!("Model letter to patients: study {}", self.study.number)
    }

    fn date(&self) -> NaiveDate {
        self.date.0
    }

    fn text_size(&self) -> TextSize {
        TextSize::Normal
    }
}
