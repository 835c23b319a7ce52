//! The SQL contract: three views of the hospital's in PostgreSQL (docs/guides/clinical-source.md).

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use coffer_types::NhsNumber;
use sqlx::{FromRow, PgPool};

use super::LookupError;
use super::clinical_source::{ClinicalConsent, ClinicalRecord, ClinicalSource};
use crate::config::ConnectionSettings;
use crate::domain::evidence::Evidence;
use crate::domain::patient::{Clinician, ClinicianKind, Patient, Sex};

const NAME: &str = "the clinical source";

/// Reads the views `coffer_patient`, `coffer_clinician` and `coffer_consent`.
#[derive(Debug, Clone)]
pub struct SqlClinicalSource {
    pool: PgPool,
}

impl SqlClinicalSource {
    /// Connects when first used.
    pub fn new(settings: &ConnectionSettings) -> Result<Self, sqlx::Error> {
        Ok(Self { pool: super::connect(settings)? })
    }

    /// For the probe.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}

#[async_trait]
impl ClinicalSource for SqlClinicalSource {
    async fn find(&self, number: NhsNumber) -> Result<Option<ClinicalRecord>, LookupError> {
        let number = number.to_string();
        let patients: Vec<PatientRow> = sqlx::query_as(
            "SELECT local_id_label, local_id, title, first_name, last_name, born_on, died_on, is_dead, sex,
                    address, telephone, email, gp_name, gp_address, is_discharged, discharged_on
             FROM coffer_patient WHERE nhs_number = $1",
        )
        .bind(&number)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let patient = match <[PatientRow; 1]>::try_from(patients) {
            Ok([patient]) => patient,
            Err(none) if none.is_empty() => return Ok(None),
            Err(_) => return Err(malformed("coffer_patient has several rows for one NHS number")),
        };
        let clinicians: Vec<ClinicianRow> = sqlx::query_as(
            "SELECT kind, title, first_name, last_name, email, signatory_title, is_consultant, started_on,
                    ended_on, address
             FROM coffer_clinician WHERE nhs_number = $1",
        )
        .bind(&number)
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let consent: Option<ConsentRow> = sqlx::query_as(
            "SELECT mode, exclude_entirely, prefers_email, decided_at, max_approaches_per_year,
                    consent_after_discharge, signed_by_patient, otherwise_authorised_by_patient,
                    under16_signed_by_parent, under16_signed_by_clinician,
                    lack_capacity_signed_by_representative, lack_capacity_signed_by_clinician
             FROM coffer_consent WHERE nhs_number = $1 ORDER BY decided_at DESC LIMIT 1",
        )
        .bind(&number)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed)?;
        Ok(Some(ClinicalRecord {
            patient: patient.read()?,
            clinicians: clinicians.into_iter().map(ClinicianRow::read).collect::<Result<_, _>>()?,
            consent: consent.map(ConsentRow::read).transpose()?,
        }))
    }
}
