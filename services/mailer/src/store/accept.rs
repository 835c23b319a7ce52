//! A command becomes an e-mail, once.

use chrono::{DateTime, Utc};
use coffer_store::Place;
use coffer_types::EmailId;
use prost::Message as _;
use sqlx::PgConnection;

use super::{Emails, StoreError};
use crate::domain::email::Email;
use crate::domain::state::State;

/// Where the sealed recipient, name and subject stand.
pub(super) fn envelope_of(id: EmailId) -> Place<'static> {
    Place { table: "email", column: "envelope", row: id.as_uuid() }
}

/// Where the sealed words and files stand.
pub(super) fn content_of(id: EmailId) -> Place<'static> {
    Place { table: "email", column: "content", row: id.as_uuid() }
}

impl Emails {
    /// Stores an e-mail in the transaction of its command; a second command with its id changes nothing.
    pub async fn accept(
        &self,
        tx: &mut PgConnection,
        email: &Email,
        traceparent: Option<&str>,
    ) -> Result<(), StoreError> {
        let Email { origin, envelope, content, not_after } = email;
        let now: DateTime<Utc> = self.clock.now();
        sqlx::query(
            "insert into email (id, sender, kind, reference, envelope, content, not_after, traceparent, state,
                 accepted_at, changed_at, next_try_at, waiting_since)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $10, $10)
             on conflict (id) do nothing",
        )
        .bind(origin.id)
        .bind(origin.sender.as_str())
        .bind(&origin.kind)
        .bind(&origin.reference)
        .bind(self.keyring.seal_json(envelope_of(origin.id), envelope)?)
        .bind(self.keyring.seal(content_of(origin.id), &content.encode_to_vec()))
        .bind(*not_after)
        .bind(traceparent)
        .bind(State::Accepted.as_str())
        .bind(now)
        .execute(tx)
        .await?;
        Ok(())
    }
}
