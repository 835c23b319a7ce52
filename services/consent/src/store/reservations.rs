//! What counts against a patient's yearly cap (rule R08). Callers hold the patient's lock.

use chrono::{DateTime, Utc};
use coffer_types::{ContactRequestId, PatientId};
use sqlx::PgConnection;

use super::Result;

/// How often the patient was approached since `since`, together with every approach that is still in flight.
pub async fn count(tx: &mut PgConnection, patient: PatientId, since: DateTime<Utc>) -> Result<u32> {
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM reservations WHERE patient_id = $1
         AND (state = 'reserved' OR (state = 'approached' AND changed_at > $2))",
    )
    .bind(patient)
    .bind(since)
    .fetch_one(tx)
    .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Takes a place for a request that passed the decision and now waits for a clinician.
pub async fn reserve(
    tx: &mut PgConnection,
    request: ContactRequestId,
    patient: PatientId,
    now: DateTime<Utc>,
) -> Result<()> {
    add(tx, request, patient, "reserved", now).await
}

/// Takes a place for a request that approaches the patient at once.
pub async fn approach_at_once(
    tx: &mut PgConnection,
    request: ContactRequestId,
    patient: PatientId,
    now: DateTime<Utc>,
) -> Result<()> {
    add(tx, request, patient, "approached", now).await
}

/// The reserved approach takes place: from now on it counts for a year.
pub async fn approached(tx: &mut PgConnection, request: ContactRequestId, now: DateTime<Utc>) -> Result<()> {
    change(tx, request, "approached", now).await
}

/// The approach will not take place (veto, expiry, withdrawal before anybody was approached): frees its place.
pub async fn release(tx: &mut PgConnection, request: ContactRequestId, now: DateTime<Utc>) -> Result<()> {
    change(tx, request, "released", now).await
}

async fn add(
    tx: &mut PgConnection,
    request: ContactRequestId,
    patient: PatientId,
    state: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO reservations (contact_request_id, patient_id, state, reserved_at, changed_at)
         VALUES ($1, $2, $3, $4, $4)",
    )
    .bind(request)
    .bind(patient)
    .bind(state)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Only a place that is still reserved changes: what took place stays counted.
async fn change(
    tx: &mut PgConnection,
    request: ContactRequestId,
    state: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "UPDATE reservations SET state = $2, changed_at = $3
         WHERE contact_request_id = $1 AND state = 'reserved'",
    )
    .bind(request)
    .bind(state)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}
