//! Decisions as stored with their requests, and what earlier requests tell the next decision.

use chrono::{DateTime, Utc};
use coffer_types::{ConsentModeId, ContactRequestId, PatientId, StudyId};
use sqlx::PgConnection;
use sqlx::types::Json;

use super::Result;
use crate::domain::answer::Involvement;
use crate::domain::decide::Decision;
use crate::domain::facts::Earlier;

/// Stores the decision of a request, with the patient (unless unknown) and the consent mode that it saw.
pub async fn save(
    tx: &mut PgConnection,
    request: ContactRequestId,
    patient: Option<PatientId>,
    consent_mode: Option<ConsentModeId>,
    decision: &Decision,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "UPDATE contact_requests SET patient_id = $2, consent_mode_id = $3, rule = $4, outcome = $5,
             rules_version = $6, steps = $7, involvement = $8, possibly_serious = $9, decided_at = $10
         WHERE id = $1",
    )
    .bind(request)
    .bind(patient)
    .bind(consent_mode)
    .bind(decision.rule.as_str())
    .bind(decision.outcome.as_str())
    .bind(i32::try_from(decision.rules_version).unwrap_or(i32::MAX))
    .bind(Json(&decision.steps))
    .bind(decision.outcome.involvement().map(Involvement::as_str))
    .bind(decision.is_possibly_serious())
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Earlier requests for the same patient and study (rules R14 and R15). Callers hold the patient's lock.
pub async fn earlier(
    tx: &mut PgConnection,
    patient: PatientId,
    study: StudyId,
    except: ContactRequestId,
) -> Result<Earlier> {
    let (outstanding, declined) = sqlx::query_as(
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
    Ok(Earlier { outstanding, declined })
}
