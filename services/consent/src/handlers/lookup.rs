//! Looking a patient up afresh: who the research id is, and what the clinical source knows.

use coffer_types::NhsNumber;

use crate::app::App;
use crate::domain::patient_key::PatientKey;
use crate::ports::LookupError;
use crate::ports::clinical_source::ClinicalRecord;

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
