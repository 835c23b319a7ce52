//! Who saw which identity, and for what: append-only.

use chrono::{DateTime, Utc};
use coffer_types::{ContactRequestId, LetterId, PatientId};
use sqlx::PgConnection;

use super::Result;
use super::transitions::Actor;

/// One view of something that identifies a patient.
#[derive(Debug)]
pub struct IdentityView<'a> {
    /// Who looked.
    pub actor: &'a Actor,
    /// What they saw: `letter`, `consent_mode`, `clinician_question`, `pack`.
    pub what: &'static str,
    /// For what, in a plain phrase.
    pub purpose: &'a str,
    /// The request, where there is one.
    pub contact_request: Option<ContactRequestId>,
    /// The patient, where known.
    pub patient: Option<PatientId>,
    /// The letter, where one was opened.
    pub letter: Option<LetterId>,
}

/// Records a view; the view itself is shown only after this is committed.
pub async fn record(tx: &mut PgConnection, view: &IdentityView<'_>, now: DateTime<Utc>) -> Result<()> {
    let user = match view.actor {
        Actor::User(id, _) => Some(*id),
        Actor::Clinician(_) | Actor::System => None,
    };
    sqlx::query(
        "INSERT INTO identity_views
            (at, user_id, who, what, purpose, contact_request_id, patient_id, letter_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(now)
    .bind(user)
    .bind(view.actor.name())
    .bind(view.what)
    .bind(view.purpose)
    .bind(view.contact_request)
    .bind(view.patient)
    .bind(view.letter)
    .execute(tx)
    .await?;
    Ok(())
}
