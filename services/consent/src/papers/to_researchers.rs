//! Letters to lead researchers.

use chrono::NaiveDate;
use coffer_letters::letters::{ApprovalLetter, WithdrawalLetter};
use coffer_letters::{Addressee, Basis};

use super::{About, words};
use crate::domain::clinician::{Clinician, pick_best_clinician};
use crate::domain::study::Study;

/// What a permission to contact a patient rests on.
#[derive(Debug, Clone, Copy)]
pub struct Permission<'a> {
    /// When the researchers asked.
    pub requested_on: NaiveDate,
    /// The general consent, or the answer about this study.
    pub basis: Basis,
    /// Everyone who looks or looked after the patient.
    pub clinicians: &'a [Clinician],
    /// Whether the patient would rather have e-mail than post.
    pub prefers_email: bool,
}

/// Tells who the patient is and that the researchers may write.
pub fn approval(about: About<'_>, permission: Permission<'_>) -> ApprovalLetter {
    let About { code, study, patient, today } = about;
    let clinician = pick_best_clinician(permission.clinicians, today);
    ApprovalLetter {
        date: today.into(),
        researcher: lead_researcher(study),
        study: words::study(study),
        request_code: code.to_owned(),
        requested_on: permission.requested_on.into(),
        basis: permission.basis,
        patient: words::identity(patient),
        sex: words::sex(patient).to_owned(),
        address: patient.address.clone(),
        gp: words::gp(patient),
        clinician: clinician.map(Clinician::name).unwrap_or_default(),
        prefers_email: permission.prefers_email,
        email: if permission.prefers_email { patient.email.clone() } else { String::new() },
    }
}

/// Tells that a permission has ended.
pub fn withdrawal(about: About<'_>, permitted_on: NaiveDate) -> WithdrawalLetter {
    let About { code, study, patient, today } = about;
    WithdrawalLetter {
        date: today.into(),
        researcher: lead_researcher(study),
        study: words::study(study),
        request_code: code.to_owned(),
        permitted_on: permitted_on.into(),
        patient: words::identity(patient),
    }
}

/// Rule R18 sees to it that title and names are there.
fn lead_researcher(study: &Study) -> Addressee {
    Addressee {
        name: study.lead_researcher(),
        salutation: format!("{} {}", study.lead_title.trim(), study.lead_last_name.trim()),
        address: Vec::new(),
    }
}
