//! Patients' answers that are awaited.

use chrono::{DateTime, Utc};
use coffer_types::ContactRequestId;
use sqlx::PgConnection;

use super::Result;

/// A pack is on its way: from now on the patient's answer is awaited.
pub async fn await_answer(
    tx: &mut PgConnection,
    request: ContactRequestId,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO patient_responses (contact_request_id, state, awaited_since) VALUES ($1, 'awaited', $2)
         ON CONFLICT (contact_request_id) DO NOTHING",
    )
    .bind(request)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether the patient's answer to this request is awaited.
pub async fn is_awaited(tx: &mut PgConnection, request: ContactRequestId) -> Result<bool> {
    let awaited = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM patient_responses WHERE contact_request_id = $1 AND state = 'awaited')",
    )
    .bind(request)
    .fetch_one(tx)
    .await?;
    Ok(awaited)
}
