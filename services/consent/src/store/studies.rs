//! Studies, and who acts for them.

use chrono::{DateTime, NaiveDate, Utc};
use coffer_types::{StudyId, UserId};
use sqlx::PgConnection;

use super::Result;
use crate::domain::study::Study;

/// A study as stored, and whether its papers are there.
#[derive(Debug, Clone, sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "one per column")]
pub struct StudyRow {
    /// Its id.
    pub id: StudyId,
    /// The institution's own number.
    pub number: i32,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub summary: String,
    /// The account of the lead researcher.
    pub lead_user_id: UserId,
    /// Lead researcher's title.
    pub lead_title: String,
    /// Lead researcher's first name.
    pub lead_first_name: String,
    /// Lead researcher's last name.
    pub lead_last_name: String,
    /// Lead researcher's address, as given.
    pub lead_email: String,
    /// It may contact patients at all.
    pub patient_contact: bool,
    /// GREEN patients may be approached directly.
    pub direct_approach: bool,
    /// Takes patients under 16.
    pub include_under16: bool,
    /// Takes patients who lack capacity.
    pub include_lack_capacity: bool,
    /// Takes discharged patients.
    pub include_discharged: bool,
    /// A clinical trial of a medicine.
    pub clinical_trial: bool,
    /// Approved by a research ethics committee.
    pub approved_by_rec: bool,
    /// Its reference there.
    pub rec_reference: String,
    /// Approved by the hospital.
    pub approved_locally: bool,
    /// Since when.
    pub approved_locally_on: Option<NaiveDate>,
    /// Last day of recruitment.
    pub ends_on: Option<NaiveDate>,
    /// When it was entered.
    pub registered_at: DateTime<Utc>,
    /// The details PDF is there.
    #[sqlx(default)]
    pub has_details: bool,
    /// There is an extra form for clinicians.
    #[sqlx(default)]
    pub has_extra_form: bool,
}

impl StudyRow {
    /// The study as rules and letters know it.
    pub fn study(&self) -> Study {
        Study {
            id: self.id,
            number: u32::try_from(self.number).unwrap_or_default(),
            title: self.title.clone(),
            summary: self.summary.clone(),
            lead_title: self.lead_title.clone(),
            lead_first_name: self.lead_first_name.clone(),
            lead_last_name: self.lead_last_name.clone(),
            lead_email: self.lead_email.clone(),
            patient_contact: self.patient_contact,
            direct_approach: self.direct_approach,
            include_under16: self.include_under16,
            include_lack_capacity: self.include_lack_capacity,
            include_discharged: self.include_discharged,
            clinical_trial: self.clinical_trial,
            approved_by_rec: self.approved_by_rec,
            rec_reference: self.rec_reference.clone(),
            approved_locally: self.approved_locally,
            ends_on: self.ends_on,
            has_details: self.has_details,
            extra_form: self.has_extra_form,
        }
    }
}

/// A study.
pub async fn get(tx: &mut PgConnection, id: StudyId) -> Result<Option<StudyRow>> {
    let row = sqlx::query_as(
        "SELECT s.*,
            EXISTS (SELECT FROM study_documents d WHERE d.study_id = s.id AND d.kind = 'details') AS has_details,
            EXISTS (SELECT FROM study_documents d WHERE d.study_id = s.id AND d.kind = 'extra_form')
                AS has_extra_form
         FROM studies s WHERE s.id = $1",
    )
    .bind(id)
    .fetch_optional(tx)
    .await?;
    Ok(row)
}

/// All studies, or those of one researcher, by number.
pub async fn list(tx: &mut PgConnection, researcher: Option<UserId>) -> Result<Vec<StudyRow>> {
    let rows = sqlx::query_as(
        "SELECT s.*,
            EXISTS (SELECT FROM study_documents d WHERE d.study_id = s.id AND d.kind = 'details') AS has_details,
            EXISTS (SELECT FROM study_documents d WHERE d.study_id = s.id AND d.kind = 'extra_form')
                AS has_extra_form
         FROM studies s
         WHERE $1::uuid IS NULL OR s.lead_user_id = $1
            OR EXISTS (SELECT FROM study_researchers x WHERE x.study_id = s.id AND x.user_id = $1)
         ORDER BY s.number",
    )
    .bind(researcher)
    .fetch_all(tx)
    .await?;
    Ok(rows)
}

/// Whether the user leads the study or is one of its researchers.
pub async fn is_researcher(tx: &mut PgConnection, study: StudyId, user: UserId) -> Result<bool> {
    let is = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM studies WHERE id = $1 AND lead_user_id = $2)
             OR EXISTS (SELECT FROM study_researchers WHERE study_id = $1 AND user_id = $2)",
    )
    .bind(study)
    .bind(user)
    .fetch_one(tx)
    .await?;
    Ok(is)
}

/// Enters a study, or replaces what is known of it.
pub async fn save(tx: &mut PgConnection, study: &StudyRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO studies
            (id, number, title, summary, lead_user_id, lead_title, lead_first_name, lead_last_name, lead_email,
             patient_contact, direct_approach, include_under16, include_lack_capacity, include_discharged,
             clinical_trial, approved_by_rec, rec_reference, approved_locally, approved_locally_on, ends_on,
             registered_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
         ON CONFLICT (id) DO UPDATE SET
             number = excluded.number, title = excluded.title, summary = excluded.summary,
             lead_user_id = excluded.lead_user_id, lead_title = excluded.lead_title,
             lead_first_name = excluded.lead_first_name, lead_last_name = excluded.lead_last_name,
             lead_email = excluded.lead_email, patient_contact = excluded.patient_contact,
             direct_approach = excluded.direct_approach, include_under16 = excluded.include_under16,
             include_lack_capacity = excluded.include_lack_capacity,
             include_discharged = excluded.include_discharged, clinical_trial = excluded.clinical_trial,
             approved_by_rec = excluded.approved_by_rec, rec_reference = excluded.rec_reference,
             approved_locally = excluded.approved_locally, approved_locally_on = excluded.approved_locally_on,
             ends_on = excluded.ends_on",
    )
    .bind(study.id)
    .bind(study.number)
    .bind(&study.title)
    .bind(&study.summary)
    .bind(study.lead_user_id)
    .bind(&study.lead_title)
    .bind(&study.lead_first_name)
    .bind(&study.lead_last_name)
    .bind(&study.lead_email)
    .bind(study.patient_contact)
    .bind(study.direct_approach)
    .bind(study.include_under16)
    .bind(study.include_lack_capacity)
    .bind(study.include_discharged)
    .bind(study.clinical_trial)
    .bind(study.approved_by_rec)
    .bind(&study.rec_reference)
    .bind(study.approved_locally)
    .bind(study.approved_locally_on)
    .bind(study.ends_on)
    .bind(study.registered_at)
    .execute(tx)
    .await?;
    Ok(())
}

/// Lets a user act for a study.
pub async fn add_researcher(tx: &mut PgConnection, study: StudyId, user: UserId) -> Result<()> {
    sqlx::query("INSERT INTO study_researchers (study_id, user_id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(study)
        .bind(user)
        .execute(tx)
        .await?;
    Ok(())
}
