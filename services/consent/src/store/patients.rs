//! Patients: one row per NHS number, found by a keyed hash. Its lock is the queue of all writers of one patient.

use chrono::{DateTime, Utc};
use coffer_store::{Keyring, Place};
use coffer_types::{NhsNumber, PatientId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Result, StoreError};

/// The keyed hash that stands for an NHS number in this database.
pub fn index(keyring: &Keyring, number: NhsNumber) -> Vec<u8> {
    keyring.blind_index("patient", &number.to_string())
}

/// Finds or makes the patient's row and holds its lock until the transaction ends.
pub async fn lock(
    tx: &mut PgConnection,
    keyring: &Keyring,
    number: NhsNumber,
    now: DateTime<Utc>,
) -> Result<PatientId> {
    let id = PatientId::new();
    let index = index(keyring, number);
    sqlx::query(
        "INSERT INTO patients (id, nhs_index, nhs_number, created_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (nhs_index) DO NOTHING",
    )
    .bind(id)
    .bind(&index)
    .bind(keyring.seal(place(id.as_uuid()), number.to_string().as_bytes()))
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let id = sqlx::query_scalar("SELECT id FROM patients WHERE nhs_index = $1 FOR UPDATE")
        .bind(&index)
        .fetch_one(tx)
        .await?;
    Ok(id)
}

/// Holds the lock of a known patient until the transaction ends.
pub async fn lock_by_id(tx: &mut PgConnection, id: PatientId) -> Result<()> {
    sqlx::query("SELECT id FROM patients WHERE id = $1 FOR UPDATE").bind(id).execute(tx).await?;
    Ok(())
}

/// The patient with this number, if anything was ever recorded about them.
pub async fn find(tx: &mut PgConnection, keyring: &Keyring, number: NhsNumber) -> Result<Option<PatientId>> {
    let id = sqlx::query_scalar("SELECT id FROM patients WHERE nhs_index = $1")
        .bind(index(keyring, number))
        .fetch_optional(tx)
        .await?;
    Ok(id)
}

/// The patient's NHS number in clear.
pub async fn nhs_number(tx: &mut PgConnection, keyring: &Keyring, id: PatientId) -> Result<NhsNumber> {
    let sealed: Vec<u8> =
        sqlx::query_scalar("SELECT nhs_number FROM patients WHERE id = $1").bind(id).fetch_one(tx).await?;
    let plain = keyring.open(place(id.as_uuid()), &sealed)?;
    let text = String::from_utf8(plain).map_err(|_| StoreError::Unknown("patients.nhs_number"))?;
    text.parse().map_err(|_| StoreError::Unknown("patients.nhs_number"))
}

fn place(row: Uuid) -> Place<'static> {
    Place { table: "patients", column: "nhs_number", row }
}
