//! Consent modes: append-only, one current per patient. Callers hold the patient's lock.

use chrono::{DateTime, SubsecRound, Utc};
use coffer_store::{Keyring, Place};
use coffer_types::{ConsentModeId, PatientId, UserId};
use sqlx::PgConnection;

use super::{Result, StoreError};
use crate::domain::evidence::Evidence;
use crate::domain::mode::{CurrentMode, Mode};

/// A recorded decision, as stored. `other_requests` is sealed: [`seal_other_requests`], [`open_other_requests`].
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "one per column")]
pub struct ModeRow {
    /// Its id.
    pub id: ConsentModeId,
    /// Whose decision.
    pub patient_id: PatientId,
    /// `red`, `yellow`, `green`, `unknown`.
    pub mode: String,
    /// Out of the research database altogether.
    pub exclude_entirely: bool,
    /// May be approached after discharge, without limit.
    pub consent_after_discharge: bool,
    /// 0: no cap.
    pub max_approaches_per_year: i32,
    /// Sealed free text.
    pub other_requests: Option<Vec<u8>>,
    /// Rather by e-mail than on paper.
    pub prefers_email: bool,
    /// Evidence.
    pub signed_by_patient: bool,
    /// Evidence.
    pub otherwise_authorised_by_patient: bool,
    /// Evidence.
    pub under16_signed_by_parent: bool,
    /// Evidence.
    pub under16_signed_by_clinician: bool,
    /// Evidence.
    pub lack_capacity_signed_by_representative: bool,
    /// Evidence.
    pub lack_capacity_signed_by_clinician: bool,
    /// A clinician overrode the rules of evidence.
    pub clinician_override: bool,
    /// The patient knows already: no confirmation letter.
    pub skip_letter: bool,
    /// `rdbm`, `clinical_record`, `publisher:<name>`, `created_blank`.
    pub source: String,
    /// When the patient decided.
    pub decided_at: DateTime<Utc>,
    /// When it was recorded here.
    pub recorded_at: DateTime<Utc>,
    /// By which user; none for the system.
    pub recorded_by: Option<UserId>,
    /// Their name.
    pub recorded_by_name: String,
    /// Whether it counts now.
    pub current: bool,
}

impl ModeRow {
    /// A decision recorded by the system, with nothing said beyond it; callers fill in the rest.
    pub fn new(
        patient_id: PatientId,
        mode: &CurrentMode,
        evidence: Evidence,
        source: &str,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id: ConsentModeId::new(),
            patient_id,
            mode: mode.mode.as_str().to_owned(),
            exclude_entirely: mode.exclude_entirely,
            consent_after_discharge: mode.consent_after_discharge,
            max_approaches_per_year: i32::try_from(mode.max_approaches_per_year).unwrap_or(i32::MAX),
            other_requests: None,
            prefers_email: false,
            signed_by_patient: evidence.signed_by_patient,
            otherwise_authorised_by_patient: evidence.otherwise_authorised_by_patient,
            under16_signed_by_parent: evidence.under16_signed_by_parent,
            under16_signed_by_clinician: evidence.under16_signed_by_clinician,
            lack_capacity_signed_by_representative: evidence.lack_capacity_signed_by_representative,
            lack_capacity_signed_by_clinician: evidence.lack_capacity_signed_by_clinician,
            clinician_override: false,
            skip_letter: false,
            source: source.to_owned(),
            // As the column keeps it: a finer moment would win a tie against its own stored copy.
            decided_at: mode.decided_at.trunc_subsecs(6),
            recorded_at: now,
            recorded_by: None,
            recorded_by_name: String::new(),
            current: true,
        }
    }

    /// The decision as rules look at it.
    pub fn mode(&self) -> Result<CurrentMode> {
        Ok(CurrentMode {
            mode: Mode::parse(&self.mode).ok_or(StoreError::Unknown("consent_modes.mode"))?,
            exclude_entirely: self.exclude_entirely,
            consent_after_discharge: self.consent_after_discharge,
            max_approaches_per_year: u32::try_from(self.max_approaches_per_year).unwrap_or_default(),
            decided_at: self.decided_at,
        })
    }

    /// Who signed for it.
    pub fn evidence(&self) -> Evidence {
        Evidence {
            signed_by_patient: self.signed_by_patient,
            otherwise_authorised_by_patient: self.otherwise_authorised_by_patient,
            under16_signed_by_parent: self.under16_signed_by_parent,
            under16_signed_by_clinician: self.under16_signed_by_clinician,
            lack_capacity_signed_by_representative: self.lack_capacity_signed_by_representative,
            lack_capacity_signed_by_clinician: self.lack_capacity_signed_by_clinician,
        }
    }
}

/// The decision that counts now.
pub async fn current(tx: &mut PgConnection, patient: PatientId) -> Result<Option<ModeRow>> {
    let row = sqlx::query_as("SELECT * FROM consent_modes WHERE patient_id = $1 AND current")
        .bind(patient)
        .fetch_optional(tx)
        .await?;
    Ok(row)
}

/// One decision.
pub async fn get(tx: &mut PgConnection, id: ConsentModeId) -> Result<Option<ModeRow>> {
    let row = sqlx::query_as("SELECT * FROM consent_modes WHERE id = $1").bind(id).fetch_optional(tx).await?;
    Ok(row)
}

/// All decisions of a patient, newest first.
pub async fn history(tx: &mut PgConnection, patient: PatientId) -> Result<Vec<ModeRow>> {
    let rows = sqlx::query_as(
        "SELECT * FROM consent_modes WHERE patient_id = $1 ORDER BY decided_at DESC, recorded_at DESC",
    )
    .bind(patient)
    .fetch_all(tx)
    .await?;
    Ok(rows)
}

/// Adds a decision. If it is current, the one before no longer is.
pub async fn add(tx: &mut PgConnection, row: &ModeRow) -> Result<()> {
    if row.current {
        sqlx::query("UPDATE consent_modes SET current = false WHERE patient_id = $1 AND current")
            .bind(row.patient_id)
            .execute(&mut *tx)
            .await?;
    }
    sqlx::query(
        "INSERT INTO consent_modes
            (id, patient_id, mode, exclude_entirely, consent_after_discharge, max_approaches_per_year,
             other_requests, prefers_email, signed_by_patient, otherwise_authorised_by_patient,
             under16_signed_by_parent, under16_signed_by_clinician, lack_capacity_signed_by_representative,
             lack_capacity_signed_by_clinician, clinician_override, skip_letter, source, decided_at,
             recorded_at, recorded_by, recorded_by_name, current)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                 $21, $22)",
    )
    .bind(row.id)
    .bind(row.patient_id)
    .bind(&row.mode)
    .bind(row.exclude_entirely)
    .bind(row.consent_after_discharge)
    .bind(row.max_approaches_per_year)
    .bind(&row.other_requests)
    .bind(row.prefers_email)
    .bind(row.signed_by_patient)
    .bind(row.otherwise_authorised_by_patient)
    .bind(row.under16_signed_by_parent)
    .bind(row.under16_signed_by_clinician)
    .bind(row.lack_capacity_signed_by_representative)
    .bind(row.lack_capacity_signed_by_clinician)
    .bind(row.clinician_override)
    .bind(row.skip_letter)
    .bind(&row.source)
    .bind(row.decided_at)
    .bind(row.recorded_at)
    .bind(row.recorded_by)
    .bind(&row.recorded_by_name)
    .bind(row.current)
    .execute(tx)
    .await?;
    Ok(())
}

/// Seals the free text of a decision; none if it is empty.
pub fn seal_other_requests(keyring: &Keyring, id: ConsentModeId, text: &str) -> Option<Vec<u8>> {
    (!text.is_empty()).then(|| keyring.seal(place(id), text.as_bytes()))
}

/// Opens the free text of a decision; empty if there is none.
pub fn open_other_requests(keyring: &Keyring, row: &ModeRow) -> Result<String> {
    let Some(sealed) = &row.other_requests else { return Ok(String::new()) };
    Ok(String::from_utf8_lossy(&keyring.open(place(row.id), sealed)?).into_owned())
}

fn place(id: ConsentModeId) -> Place<'static> {
    Place { table: "consent_modes", column: "other_requests", row: id.as_uuid() }
}
