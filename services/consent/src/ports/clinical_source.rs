//! The clinical source: who a patient is, who looks after them, and what the clinical record says of consent.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use coffer_types::NhsNumber;

use super::LookupError;
use crate::domain::evidence::Evidence;
use crate::domain::mode::Mode;
use crate::domain::patient::{Clinician, Patient};

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
    /// What the patient said.
    pub mode: Mode,
    /// Out of the research database altogether.
    pub exclude_entirely: bool,
    /// Rather by e-mail than on paper.
    pub prefers_email: bool,
    /// When the patient decided.
    pub decided_at: DateTime<Utc>,
    /// 0: no cap.
    pub max_approaches_per_year: u32,
    /// May be approached after discharge, without limit.
    pub consent_after_discharge: bool,
    /// Who signed.
    pub evidence: Evidence,
}

/// A source of clinical data; adapters read one system each.
#[async_trait]
pub trait ClinicalSource: Send + Sync {
    /// Looks a patient up; none when the source has no such patient (rule R01).
    async fn find(&self, number: NhsNumber) -> Result<Option<ClinicalRecord>, LookupError>;
}
