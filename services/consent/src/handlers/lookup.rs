//! Looking a patient up afresh: who the research id is, what the clinical source knows, which mode counts.

use chrono::{DateTime, Utc};
use coffer_types::{ConsentModeId, NhsNumber, PatientId};
use sqlx::PgConnection;

use crate::app::App;
use crate::domain::mode::{CurrentMode, clinical_record_wins};
use crate::domain::patient_key::PatientKey;
use crate::ports::LookupError;
use crate::ports::clinical_source::{ClinicalConsent, ClinicalRecord};
use crate::store::Result as StoreResult;
use crate::store::consent_modes::{self, ModeRow};

/// How far a patient could be found.
pub enum Found {
    /// The identity map does not know the research id.
    UnknownId,
    /// The clinical source has no such patient.
    NotFound(NhsNumber),
    /// Found.
    Record(NhsNumber, Box<ClinicalRecord>),
}

/// Asks identity map and clinical source. Holds no lock meanwhile.
pub async fn find(app: &App, key: &PatientKey) -> Result<Found, LookupError> {
    let Some(number) = app.identity_map.resolve(key).await? else { return Ok(Found::UnknownId) };
    Ok(match app.clinical_source.find(number).await? {
        None => Found::NotFound(number),
        Some(record) => Found::Record(number, Box::new(record)),
    })
}

/// The mode that counts now, after taking over a newer one from the clinical record. The caller holds the
/// patient's lock.
pub async fn refreshed_mode(
    app: &App,
    tx: &mut PgConnection,
    patient: PatientId,
    clinical: Option<&ClinicalConsent>,
) -> StoreResult<(Option<ConsentModeId>, CurrentMode)> {
    let current = consent_modes::current(tx, patient).await?;
    let own = current.as_ref().map(ModeRow::mode).transpose()?;
    match clinical {
        Some(clinical) if clinical_record_wins(own.as_ref(), &clinical.mode) => {
            let row = from_clinical_record(patient, clinical, app.now());
            consent_modes::add(tx, &row).await?;
            Ok((Some(row.id), clinical.mode.clone()))
        }
        _ => Ok((current.map(|row| row.id), own.unwrap_or(CurrentMode::NEVER_ASKED))),
    }
}

/// The patient knows what they said at the bedside, so no letter repeats it.
fn from_clinical_record(patient: PatientId, clinical: &ClinicalConsent, now: DateTime<Utc>) -> ModeRow {
    let ClinicalConsent { mode, prefers_email, evidence } = clinical;
    ModeRow {
        id: ConsentModeId::new(),
        patient_id: patient,
        mode: mode.mode.as_str().to_owned(),
        exclude_entirely: mode.exclude_entirely,
        consent_after_discharge: mode.consent_after_discharge,
        max_approaches_per_year: i32::try_from(mode.max_approaches_per_year).unwrap_or(i32::MAX),
        other_requests: None,
        prefers_email: *prefers_email,
        signed_by_patient: evidence.signed_by_patient,
        otherwise_authorised_by_patient: evidence.otherwise_authorised_by_patient,
        under16_signed_by_parent: evidence.under16_signed_by_parent,
        under16_signed_by_clinician: evidence.under16_signed_by_clinician,
        lack_capacity_signed_by_representative: evidence.lack_capacity_signed_by_representative,
        lack_capacity_signed_by_clinician: evidence.lack_capacity_signed_by_clinician,
        clinician_override: false,
        skip_letter: true,
        source: "clinical_record".to_owned(),
        decided_at: mode.decided_at,
        recorded_at: now,
        recorded_by: None,
        recorded_by_name: String::new(),
        current: true,
    }
}
