//! Patients' answers, entered once by the RDBM. Callers lock the patient, then the request.

use chrono::{DateTime, Utc};
use coffer_types::{ContactRequestId, UserId};
use sqlx::PgConnection;

use super::Result;
use crate::domain::evidence::Evidence;

/// A patient's answer to be kept.
#[derive(Debug)]
pub struct NewPatientAnswer<'a> {
    /// Agreed, or declined.
    pub yes: bool,
    /// Who signed.
    pub evidence: Evidence,
    /// Who entered it.
    pub by: UserId,
    /// Their name.
    pub by_name: &'a str,
}

/// Keeps the answer; false when none is awaited any more.
pub async fn keep(
    tx: &mut PgConnection,
    request: ContactRequestId,
    answer: &NewPatientAnswer<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let evidence = &answer.evidence;
    let done = sqlx::query(
        "UPDATE patient_responses
         SET state = $2, recorded_at = $3, recorded_by = $4, recorded_by_name = $5, signed_by_patient = $6,
             otherwise_authorised_by_patient = $7, under16_signed_by_parent = $8,
             under16_signed_by_clinician = $9, lack_capacity_signed_by_representative = $10,
             lack_capacity_signed_by_clinician = $11
         WHERE contact_request_id = $1 AND state = 'awaited'",
    )
    .bind(request)
    .bind(if answer.yes { "yes" } else { "no" })
    .bind(now)
    .bind(answer.by)
    .bind(answer.by_name)
    .bind(evidence.signed_by_patient)
    .bind(evidence.otherwise_authorised_by_patient)
    .bind(evidence.under16_signed_by_parent)
    .bind(evidence.under16_signed_by_clinician)
    .bind(evidence.lack_capacity_signed_by_representative)
    .bind(evidence.lack_capacity_signed_by_clinician)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Stops waiting for an answer, as `no_answer` or `closed`; false when none was awaited.
pub async fn close_awaited(
    tx: &mut PgConnection,
    request: ContactRequestId,
    state: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE patient_responses SET state = $2, recorded_at = $3
         WHERE contact_request_id = $1 AND state = 'awaited'",
    )
    .bind(request)
    .bind(state)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
