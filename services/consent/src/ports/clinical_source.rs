//! The clinical source: who a patient is, who looks after them, and what the clinical record says of consent.

use async_trait::async_trait;
use coffer_types::NhsNumber;

use super::LookupError;
use crate::domain::clinician::Clinician;
use crate::domain::evidence::Evidence;
use crate::domain::mode::CurrentMode;
use crate::domain::patient::Patient;

/// All that the clinical source knows of one patient, looked up afresh.
#[derive(Debug, Clone)]
pub struct ClinicalRecord {
    /// Demographics.
    pub patient: Patient,
    /// Everyone who looks or looked after them.
    pub clinicians: Vec<Clinician>,
    /// The newest consent recorded at the bedside.
    pub consent: Option<ClinicalConsent>,
}

/// Consent as the clinical record has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClinicalConsent {
    /// What the patient said, and when.
    pub mode: CurrentMode,
    /// Rather by e-mail than on paper.
    pub prefers_email: bool,
    /// Who signed.
    pub evidence: Evidence,
}

/// A source of clinical data; adapters read one system each.
#[async_trait]
pub trait ClinicalSource: Send + Sync {
    /// Looks a patient up; none when the source has no such patient (rule R01).
    async fn find(&self, number: NhsNumber) -> Result<Option<ClinicalRecord>, LookupError>;
}
