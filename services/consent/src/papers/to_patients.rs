//! Letters of the research database's office to patients.

use chrono::NaiveDate;
use coffer_letters::TextSize;
use coffer_letters::letters::{DecidedBy, ModeConfirmationLetter};

use super::words;
use crate::domain::mode::CurrentMode;
use crate::domain::patient::Patient;

/// A choice about contact that was recorded.
#[derive(Debug, Clone, Copy)]
pub struct ChoiceMade<'a> {
    /// The choice.
    pub mode: &'a CurrentMode,
    /// A clinician made it, over the patient's earlier one.
    pub by_clinician_override: bool,
    /// Whether the patient would rather have e-mail than post.
    pub prefers_email: bool,
    /// How large the letter is set.
    pub text_size: TextSize,
}

/// Confirms a choice to the patient; none when there is no choice to confirm.
pub fn mode_confirmation(
    patient: &Patient,
    made: ChoiceMade<'_>,
    today: NaiveDate,
) -> Option<ModeConfirmationLetter> {
    let choice = words::traffic_light(made.mode.mode)?;
    let decided_by =
        if made.by_clinician_override { DecidedBy::ClinicianOverride } else { DecidedBy::Patient };
    Some(ModeConfirmationLetter {
        date: today.into(),
        patient: words::addressee(patient),
        choice,
        decided_on: made.mode.decided_at.date_naive().into(),
        decided_by,
        exclude_entirely: made.mode.exclude_entirely,
        prefers_email: made.prefers_email,
        email: if made.prefers_email { patient.email.clone() } else { String::new() },
        text_size: made.text_size,
    })
}
