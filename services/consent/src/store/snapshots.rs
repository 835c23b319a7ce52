//! What the clinical source said when a request was decided; sealed.

use chrono::{DateTime, Utc};
use coffer_store::{Keyring, Place};
use coffer_types::ContactRequestId;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::Result;
use crate::domain::clinician::Clinician;
use crate::domain::mode::CurrentMode;
use crate::domain::patient::Patient;

/// What was known of a patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Demographics.
    pub patient: Patient,
    /// Everyone who looks or looked after them.
    pub clinicians: Vec<Clinician>,
    /// The consent mode that counted.
    pub mode: CurrentMode,
}

/// Keeps the snapshot of a request; a newer look-up takes the place of the older one.
pub async fn save(
    tx: &mut PgConnection,
    keyring: &Keyring,
    request: ContactRequestId,
    snapshot: &Snapshot,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO patient_snapshots (contact_request_id, taken_at, snapshot) VALUES ($1, $2, $3)
         ON CONFLICT (contact_request_id) DO UPDATE
         SET taken_at = excluded.taken_at, snapshot = excluded.snapshot",
    )
    .bind(request)
    .bind(now)
    .bind(keyring.seal_json(place(request), snapshot)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// The snapshot of a request, unless none was taken or it was erased.
pub async fn get(
    tx: &mut PgConnection,
    keyring: &Keyring,
    request: ContactRequestId,
) -> Result<Option<Snapshot>> {
    let sealed: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT snapshot FROM patient_snapshots WHERE contact_request_id = $1")
            .bind(request)
            .fetch_optional(tx)
            .await?;
    Ok(sealed.map(|sealed| keyring.open_json(place(request), &sealed)).transpose()?)
}

fn place(request: ContactRequestId) -> Place<'static> {
    Place { table: "patient_snapshots", column: "snapshot", row: request.as_uuid() }
}
