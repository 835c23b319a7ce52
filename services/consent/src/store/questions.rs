//! Questions to clinicians: one open link per request, known by the hash of its token.

use chrono::{DateTime, Utc};
use coffer_store::{Keyring, Place};
use coffer_types::{ContactRequestId, EmailId};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;

/// A question to be asked.
#[derive(Debug)]
pub struct NewQuestion<'a, R> {
    /// About which request.
    pub contact_request: ContactRequestId,
    /// SHA-256 of the link's token.
    pub token_hash: &'a [u8],
    /// The clinician who is asked.
    pub recipient: &'a R,
    /// The e-mail that carries the link.
    pub email: EmailId,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
}

/// Opens a question; an older one of the same request ends as `replaced`.
pub async fn ask<R: Serialize>(
    tx: &mut PgConnection,
    keyring: &Keyring,
    question: &NewQuestion<'_, R>,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    close_open(tx, question.contact_request, "replaced").await?;
    let id = Uuid::now_v7();
    sqlx::query(
        "INSERT INTO clinician_questions
            (id, contact_request_id, token_hash, recipient, email_id, state, asked_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, 'open', $6, $7)",
    )
    .bind(id)
    .bind(question.contact_request)
    .bind(question.token_hash)
    .bind(keyring.seal_json(recipient_place(id), question.recipient)?)
    .bind(question.email)
    .bind(now)
    .bind(question.expires_at)
    .execute(tx)
    .await?;
    Ok(id)
}

/// Ends the open question of a request, if there is one, as `expired`, `withdrawn` or `replaced`.
pub async fn close_open(tx: &mut PgConnection, request: ContactRequestId, state: &str) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE clinician_questions SET state = $2 WHERE contact_request_id = $1 AND state = 'open'",
    )
    .bind(request)
    .bind(state)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Whether the question that this e-mail carries is still open.
pub async fn is_open(tx: &mut PgConnection, email: EmailId, now: DateTime<Utc>) -> Result<bool> {
    let open = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM clinician_questions
                        WHERE email_id = $1 AND state = 'open' AND expires_at > $2)",
    )
    .bind(email)
    .bind(now)
    .fetch_one(tx)
    .await?;
    Ok(open)
}

/// Where a question's recipient is sealed.
pub fn recipient_place(question: Uuid) -> Place<'static> {
    Place { table: "clinician_questions", column: "recipient", row: question }
}
