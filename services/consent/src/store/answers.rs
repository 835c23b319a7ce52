//! Clinicians' questions behind their links, and the answers. Callers lock the patient, then the request.

use chrono::{DateTime, Utc};
use coffer_store::{Keyring, Place};
use coffer_types::{ContactRequestId, PatientId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;
use super::questions::recipient_place;
use crate::domain::answer::Answer;
use crate::domain::clinician::Clinician;
use crate::domain::token::TokenHash;

/// A question as its link finds it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct QuestionRow {
    /// Its id.
    pub id: Uuid,
    /// About which request.
    pub contact_request_id: ContactRequestId,
    /// About which patient.
    pub patient_id: Option<PatientId>,
    /// `open`, `answered`, `expired`, `withdrawn`, `replaced`.
    pub state: String,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
    /// The answer, when answered.
    pub answer: Option<String>,
}

impl QuestionRow {
    /// The state as a person sees it now: a link may have ended before the timers noticed.
    pub fn state_at(&self, now: DateTime<Utc>) -> &str {
        if self.state == "open" && self.expires_at <= now { "expired" } else { &self.state }
    }

    /// The answer, when answered.
    pub fn answer(&self) -> Option<Answer> {
        self.answer.as_deref().and_then(Answer::parse)
    }
}

/// An answer to be kept.
#[derive(Debug)]
pub struct NewAnswer<'a> {
    /// What the clinician chose.
    pub answer: Answer,
    /// Free text, may be empty.
    pub reason: &'a str,
    /// The name as typed.
    pub name: &'a str,
}

/// The question behind a link.
pub async fn by_token(tx: &mut PgConnection, token: &TokenHash) -> Result<Option<QuestionRow>> {
    let row = sqlx::query_as(
        "SELECT q.id, q.contact_request_id, r.patient_id, q.state, q.expires_at, q.answer
         FROM clinician_questions q JOIN contact_requests r ON r.id = q.contact_request_id
         WHERE q.token_hash = $1",
    )
    .bind(token.as_bytes())
    .fetch_optional(tx)
    .await?;
    Ok(row)
}

/// The clinician who was asked.
pub async fn recipient(tx: &mut PgConnection, keyring: &Keyring, question: Uuid) -> Result<Clinician> {
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT recipient FROM clinician_questions WHERE id = $1")
        .bind(question)
        .fetch_one(tx)
        .await?;
    Ok(keyring.open_json(recipient_place(question), &sealed)?)
}

/// Keeps the answer; false when the question is not open any more.
pub async fn keep(
    tx: &mut PgConnection,
    keyring: &Keyring,
    question: Uuid,
    answer: &NewAnswer<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let seal = |column, text: &str| {
        let place = Place { table: "clinician_questions", column, row: question };
        (!text.is_empty()).then(|| keyring.seal(place, text.as_bytes()))
    };
    let done = sqlx::query(
        "UPDATE clinician_questions
         SET state = 'answered', answer = $2, reason = $3, signed_name = $4, answered_at = $5
         WHERE id = $1 AND state = 'open' AND expires_at > $5",
    )
    .bind(question)
    .bind(answer.answer.as_str())
    .bind(seal("reason", answer.reason))
    .bind(seal("signed_name", answer.name))
    .bind(now)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The addresses of all clinicians who were ever asked about a request.
pub async fn asked_addresses(
    tx: &mut PgConnection,
    keyring: &Keyring,
    request: ContactRequestId,
) -> Result<Vec<String>> {
    let rows: Vec<(Uuid, Vec<u8>)> =
        sqlx::query_as("SELECT id, recipient FROM clinician_questions WHERE contact_request_id = $1")
            .bind(request)
            .fetch_all(tx)
            .await?;
    rows.into_iter()
        .map(|(id, sealed)| {
            let clinician: Clinician = keyring.open_json(recipient_place(id), &sealed)?;
            Ok(clinician.email_text().to_owned())
        })
        .collect()
}

/// Who answered R or A, as the clinician named themself; for the letter in the pack.
pub async fn signed_by(
    tx: &mut PgConnection,
    keyring: &Keyring,
    request: ContactRequestId,
) -> Result<Option<Clinician>> {
    let question: Option<Uuid> = sqlx::query_scalar(
        "SELECT id FROM clinician_questions
         WHERE contact_request_id = $1 AND answer IN ('R', 'A') ORDER BY answered_at DESC LIMIT 1",
    )
    .bind(request)
    .fetch_optional(&mut *tx)
    .await?;
    match question {
        Some(question) => recipient(tx, keyring, question).await.map(Some),
        None => Ok(None),
    }
}
