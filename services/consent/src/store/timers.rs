//! What waits for an answer, and for how long. Candidates are found without a lock and looked at again under it.

use chrono::{DateTime, Utc};
use coffer_types::{ContactRequestId, PatientId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;
use crate::domain::timetable::Waiting;

/// A request that waits, and the patient to lock first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct Candidate {
    /// The request.
    pub id: ContactRequestId,
    /// Its patient.
    pub patient_id: PatientId,
}

/// An open question with what the timetable looks at.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub struct OpenQuestion {
    /// Its id.
    pub id: Uuid,
    /// Since when the clinician has been asked.
    pub since: DateTime<Utc>,
    /// When the link ends.
    pub expires_at: DateTime<Utc>,
    reminders: i32,
    escalated: bool,
}

impl OpenQuestion {
    /// For the timetable.
    pub fn waiting(&self) -> Waiting {
        Waiting {
            since: self.since,
            reminders: usize::try_from(self.reminders).unwrap_or_default(),
            escalated: self.escalated,
        }
    }
}

/// Requests whose clinician was asked before `before` and has not answered.
pub async fn unanswered(tx: &mut PgConnection, before: DateTime<Utc>) -> Result<Vec<Candidate>> {
    let rows = sqlx::query_as(
        "SELECT r.id, r.patient_id
         FROM clinician_questions q JOIN contact_requests r ON r.id = q.contact_request_id
         WHERE q.state = 'open' AND coalesce(q.first_asked_at, q.asked_at) <= $1 AND r.patient_id IS NOT NULL
         ORDER BY q.asked_at",
    )
    .bind(before)
    .fetch_all(tx)
    .await?;
    Ok(rows)
}

/// Requests in a state, such as `reassigned`, since before `before`.
pub async fn in_state(tx: &mut PgConnection, state: &str, before: DateTime<Utc>) -> Result<Vec<Candidate>> {
    let rows = sqlx::query_as(
        "SELECT id, patient_id FROM contact_requests
         WHERE state = $1 AND changed_at <= $2 AND patient_id IS NOT NULL ORDER BY changed_at",
    )
    .bind(state)
    .bind(before)
    .fetch_all(tx)
    .await?;
    Ok(rows)
}

/// Requests whose patient has been asked before `before` and has not answered.
pub async fn patients_silent(tx: &mut PgConnection, before: DateTime<Utc>) -> Result<Vec<Candidate>> {
    let rows = sqlx::query_as(
        "SELECT r.id, r.patient_id
         FROM patient_responses p JOIN contact_requests r ON r.id = p.contact_request_id
         WHERE p.state = 'awaited' AND p.awaited_since <= $1 AND r.patient_id IS NOT NULL
         ORDER BY p.awaited_since",
    )
    .bind(before)
    .fetch_all(tx)
    .await?;
    Ok(rows)
}

/// The open question of a request.
pub async fn open_question(tx: &mut PgConnection, request: ContactRequestId) -> Result<Option<OpenQuestion>> {
    let row = sqlx::query_as(
        "SELECT id, coalesce(first_asked_at, asked_at) AS since, expires_at, reminders,
                escalated_at IS NOT NULL AS escalated
         FROM clinician_questions WHERE contact_request_id = $1 AND state = 'open'",
    )
    .bind(request)
    .fetch_optional(tx)
    .await?;
    Ok(row)
}

/// The RDBM was told of a question.
pub async fn mark_escalated(tx: &mut PgConnection, question: Uuid, now: DateTime<Utc>) -> Result<()> {
    sqlx::query("UPDATE clinician_questions SET escalated_at = $2 WHERE id = $1")
        .bind(question)
        .bind(now)
        .execute(tx)
        .await?;
    Ok(())
}

/// A reminder's question goes on from the one before: the same waiting, with so many reminders.
pub async fn go_on(tx: &mut PgConnection, from: Uuid, to: Uuid, reminders: usize) -> Result<()> {
    sqlx::query(
        "UPDATE clinician_questions q
         SET first_asked_at = coalesce(o.first_asked_at, o.asked_at), escalated_at = o.escalated_at, reminders = $3
         FROM clinician_questions o WHERE q.id = $2 AND o.id = $1",
    )
    .bind(from)
    .bind(to)
    .bind(i32::try_from(reminders).unwrap_or(i32::MAX))
    .execute(tx)
    .await?;
    Ok(())
}
