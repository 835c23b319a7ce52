//! The SQL contract: three views of the hospital's in PostgreSQL (docs/guides/clinical-source.md).

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, Utc};
use coffer_types::NhsNumber;
use sqlx::{FromRow, PgPool};

use super::LookupError;
use super::clinical_source::{ClinicalConsent, ClinicalRecord, ClinicalSource};
use crate::config::ConnectionSettings;
use crate::domain::clinician::{Clinician, ClinicianKind};
use crate::domain::evidence::Evidence;
use crate::domain::mode::{CurrentMode, Mode};
use crate::domain::patient::{Patient, Sex};

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
        let Some(patient) = self.patient(number).await? else { return Ok(None) };
        let record = ClinicalRecord {
            patient,
            clinicians: self.clinicians(number).await?,
            consent: self.consent(number).await?,
        };
        Ok(Some(record))
    }
}

impl SqlClinicalSource {
    async fn patient(&self, number: NhsNumber) -> Result<Option<Patient>, LookupError> {
        let rows: Vec<PatientRow> = sqlx::query_as(
            "SELECT local_id_label, local_id, title, first_name, last_name, born_on, died_on, is_dead, sex,
                    address, telephone, email, gp_name, gp_address, is_discharged, discharged_on
             FROM coffer_patient WHERE nhs_number = $1 LIMIT 2",
        )
        .bind(number.to_string())
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        match <[PatientRow; 1]>::try_from(rows) {
            Ok([row]) => row.read(number).map(Some),
            Err(rows) if rows.is_empty() => Ok(None),
            Err(_) => Err(malformed("coffer_patient: several rows for one nhs_number")),
        }
    }

    async fn clinicians(&self, number: NhsNumber) -> Result<Vec<Clinician>, LookupError> {
        let rows: Vec<ClinicianRow> = sqlx::query_as(
            "SELECT kind, title, first_name, last_name, email, signatory_title, is_consultant, started_on,
                    ended_on, address
             FROM coffer_clinician WHERE nhs_number = $1",
        )
        .bind(number.to_string())
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        rows.into_iter().map(ClinicianRow::read).collect()
    }

    async fn consent(&self, number: NhsNumber) -> Result<Option<ClinicalConsent>, LookupError> {
        let rows: Vec<ConsentRow> = sqlx::query_as(
            "SELECT mode, exclude_entirely, prefers_email, decided_at, max_approaches_per_year,
                    consent_after_discharge, signed_by_patient, otherwise_authorised_by_patient,
                    under16_signed_by_parent, under16_signed_by_clinician,
                    lack_capacity_signed_by_representative, lack_capacity_signed_by_clinician
             FROM coffer_consent WHERE nhs_number = $1 ORDER BY decided_at DESC FETCH FIRST ROW WITH TIES",
        )
        .bind(number.to_string())
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let newest = rows.into_iter().map(ConsentRow::read).collect::<Result<Vec<_>, _>>()?;
        // Of two decisions made at once, the stricter counts.
        Ok(newest.into_iter().reduce(|best, next| if next.mode.outranks(&best.mode) { next } else { best }))
    }
}

#[derive(FromRow)]
struct PatientRow {
    local_id_label: Option<String>,
    local_id: Option<String>,
    title: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    born_on: Option<NaiveDate>,
    died_on: Option<NaiveDate>,
    is_dead: bool,
    sex: Option<String>,
    address: Option<Vec<String>>,
    telephone: Option<String>,
    email: Option<String>,
    gp_name: Option<String>,
    gp_address: Option<Vec<String>>,
    is_discharged: Option<bool>,
    discharged_on: Option<NaiveDate>,
}

impl PatientRow {
    fn read(self, nhs_number: NhsNumber) -> Result<Patient, LookupError> {
        let sex = self.sex.as_deref().map_or(Some(Sex::Unknown), Sex::parse);
        Ok(Patient {
            nhs_number,
            local_id_label: self.local_id_label.unwrap_or_default(),
            local_id: self.local_id.unwrap_or_default(),
            title: self.title.unwrap_or_default(),
            first_name: self.first_name.unwrap_or_default(),
            last_name: self.last_name.unwrap_or_default(),
            born_on: self.born_on,
            died_on: self.died_on,
            is_dead: self.is_dead || self.died_on.is_some(),
            sex: sex.ok_or_else(|| malformed("coffer_patient.sex: an unknown word"))?,
            address: self.address.unwrap_or_default(),
            telephone: self.telephone.unwrap_or_default(),
            email: self.email.unwrap_or_default(),
            gp_name: self.gp_name.unwrap_or_default(),
            gp_address: self.gp_address.unwrap_or_default(),
            is_discharged: self.is_discharged,
            discharged_on: self.discharged_on,
        })
    }
}

#[derive(FromRow)]
struct ClinicianRow {
    kind: String,
    title: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    email: Option<String>,
    signatory_title: Option<String>,
    is_consultant: bool,
    started_on: NaiveDate,
    ended_on: Option<NaiveDate>,
    address: Option<Vec<String>>,
}

impl ClinicianRow {
    fn read(self) -> Result<Clinician, LookupError> {
        let kind = ClinicianKind::parse(&self.kind);
        Ok(Clinician {
            kind: kind.ok_or_else(|| malformed("coffer_clinician.kind: an unknown word"))?,
            title: self.title.unwrap_or_default(),
            first_name: self.first_name.unwrap_or_default(),
            last_name: self.last_name.unwrap_or_default(),
            email: self.email,
            signatory_title: self.signatory_title.unwrap_or_default(),
            is_consultant: self.is_consultant,
            started_on: self.started_on,
            ended_on: self.ended_on,
            address: self.address.unwrap_or_default(),
        })
    }
}

#[derive(FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "one per column")]
struct ConsentRow {
    mode: String,
    exclude_entirely: bool,
    prefers_email: bool,
    decided_at: DateTime<Utc>,
    max_approaches_per_year: i32,
    consent_after_discharge: bool,
    signed_by_patient: bool,
    otherwise_authorised_by_patient: bool,
    under16_signed_by_parent: bool,
    under16_signed_by_clinician: bool,
    lack_capacity_signed_by_representative: bool,
    lack_capacity_signed_by_clinician: bool,
}

impl ConsentRow {
    fn read(self) -> Result<ClinicalConsent, LookupError> {
        let mode =
            Mode::parse(&self.mode).ok_or_else(|| malformed("coffer_consent.mode: an unknown word"))?;
        let cap = u32::try_from(self.max_approaches_per_year)
            .map_err(|_| malformed("coffer_consent.max_approaches_per_year: below 0"))?;
        Ok(ClinicalConsent {
            mode: CurrentMode {
                mode,
                exclude_entirely: self.exclude_entirely,
                consent_after_discharge: self.consent_after_discharge,
                max_approaches_per_year: cap,
                decided_at: self.decided_at,
            },
            prefers_email: self.prefers_email,
            evidence: Evidence {
                signed_by_patient: self.signed_by_patient,
                otherwise_authorised_by_patient: self.otherwise_authorised_by_patient,
                under16_signed_by_parent: self.under16_signed_by_parent,
                under16_signed_by_clinician: self.under16_signed_by_clinician,
                lack_capacity_signed_by_representative: self.lack_capacity_signed_by_representative,
                lack_capacity_signed_by_clinician: self.lack_capacity_signed_by_clinician,
            },
        })
    }
}

fn failed(error: sqlx::Error) -> LookupError {
    LookupError::from_sql(NAME, error)
}

fn malformed(what: &str) -> LookupError {
    LookupError::Malformed { source_name: NAME, what: what.to_owned() }
}
