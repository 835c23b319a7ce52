//! Decisions as stored with their requests, and what earlier requests tell the next decision.

use chrono::{DateTime, Utc};
use coffer_types::{ConsentModeId, ContactRequestId, PatientId, StudyId};
use sqlx::PgConnection;

use super::Result;

/// A decision, ready to be stored.
#[derive(Debug)]
pub struct DecisionRow<'a> {
    /// The patient, unless unknown (rule R00).
    pub patient: Option<PatientId>,
    /// The consent mode that it saw.
    pub consent_mode: Option<ConsentModeId>,
    /// The rule that decided.
    pub rule: &'a str,
    /// What it decided.
    pub outcome: &'a str,
    /// Version of the rules.
    pub rules_version: u32,
    /// The tests, as JSON.
    pub steps: serde_json::Value,
    /// Why a clinician is asked, or empty.
    pub involvement: Option<&'a str>,
    /// Rule R02.
    pub possibly_serious: bool,
}

/// Stores the decision of a request.
pub async fn save(
    tx: &mut PgConnection,
    request: ContactRequestId,
    decision: &DecisionRow<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "UPDATE contact_requests SET patient_id = $2, consent_mode_id = $3, rule = $4, outcome = $5,
             rules_version = $6, steps = $7, involvement = $8, possibly_serious = $9, decided_at = $10
         WHERE id = $1",
    )
    .bind(request)
    .bind(decision.patient)
    .bind(decision.consent_mode)
    .bind(decision.rule)
    .bind(decision.outcome)
    .bind(i32::try_from(decision.rules_version).unwrap_or(i32::MAX))
    .bind(&decision.steps)
    .bind(decision.involvement)
    .bind(decision.possibly_serious)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// What became of earlier requests for the same patient and study (rules R14 and R15).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Earlier {
    /// A clinician's answer is outstanding.
    pub outstanding: bool,
    /// A clinician answered B, C or D.
    pub declined: bool,
}

/// Looks at the earlier requests. Callers hold the patient's lock.
pub async fn earlier(
    tx: &mut PgConnection,
    patient: PatientId,
    study: StudyId,
    except: ContactRequestId,
) -> Result<Earlier> {
    let row = sqlx::query_as(
        "SELECT coalesce(bool_or(q.state = 'open'), false) AS outstanding,
                coalesce(bool_or(q.answer IN ('B', 'C', 'D')), false) AS declined
         FROM contact_requests r JOIN clinician_questions q ON q.contact_request_id = r.id
         WHERE r.patient_id = $1 AND r.study_id = $2 AND r.id <> $3",
    )
    .bind(patient)
    .bind(study)
    .bind(except)
    .fetch_one(tx)
    .await?;
    Ok(row)
}
