//! E-mails for lists, pages and metrics.

use chrono::{DateTime, Utc};
use coffer_types::EmailId;
use sqlx::FromRow;

use super::accept::envelope_of;
use super::{Emails, StoreError};
use crate::domain::email::Envelope;
use crate::domain::state::State;

/// An e-mail in a list.
#[derive(Debug, Clone)]
pub struct EmailSummary {
    /// Its row.
    pub row: EmailRow,
    /// To whom, and about what.
    pub envelope: Envelope,
}

/// The readable columns of an e-mail.
#[derive(Debug, Clone, FromRow)]
pub struct EmailRow {
    /// The e-mail.
    pub id: EmailId,
    /// The sender's word for the kind of mail.
    pub kind: String,
    /// The sender's aggregate.
    pub reference: String,
    /// Where it stands.
    pub state: String,
    /// A word for why.
    pub reason: Option<String>,
    /// Where the safety catch sent it.
    pub diverted_to: Option<String>,
    /// When the command was accepted.
    pub accepted_at: DateTime<Utc>,
    /// When its state changed last.
    pub changed_at: DateTime<Utc>,
    /// When it will be tried again.
    pub next_try_at: Option<DateTime<Utc>>,
    /// How many attempts are recorded.
    pub attempts: i64,
    envelope: Vec<u8>,
}

/// One recorded attempt.
#[derive(Debug, Clone, FromRow)]
pub struct AttemptRow {
    /// Counts from 1.
    pub number: i32,
    /// When it ended.
    pub at: DateTime<Utc>,
    /// The state that it led to.
    pub outcome: String,
    /// The server's reply or the fault.
    pub detail: String,
}

/// How many e-mails stand in a state that is not an end, and since when the oldest waits.
#[derive(Debug, Clone, FromRow)]
pub struct Depth {
    /// The state.
    pub state: String,
    /// How many.
    pub count: i64,
    /// When the oldest was accepted.
    pub oldest: DateTime<Utc>,
}

impl Emails {
    /// A slice of the e-mails, newest change first, with the number of all.
    pub async fn list(
        &self,
        state: Option<State>,
        offset: u32,
        limit: u32,
    ) -> Result<(Vec<EmailSummary>, u32), StoreError> {
        let state = state.map(State::as_str);
        let rows: Vec<EmailRow> = sqlx::query_as(
            "select id, kind, reference, state, reason, diverted_to, accepted_at, changed_at, next_try_at,
                 envelope, (select count(*) from email_attempt where email_id = email.id) as attempts
             from email where $1::text is null or state = $1
             order by changed_at desc, id offset $2 limit $3",
        )
        .bind(state)
        .bind(i64::from(offset))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let total: i64 =
            sqlx::query_scalar("select count(*) from email where $1::text is null or state = $1")
                .bind(state)
                .fetch_one(&self.pool)
                .await?;
        let emails = rows.into_iter().map(|row| self.summary(row)).collect::<Result<_, _>>()?;
        Ok((emails, u32::try_from(total).unwrap_or(u32::MAX)))
    }

    /// One e-mail with its attempts.
    pub async fn get(&self, id: EmailId) -> Result<(EmailSummary, Vec<AttemptRow>), StoreError> {
        let row: Option<EmailRow> = sqlx::query_as(
            "select id, kind, reference, state, reason, diverted_to, accepted_at, changed_at, next_try_at,
                 envelope, (select count(*) from email_attempt where email_id = email.id) as attempts
             from email where id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        let attempts = sqlx::query_as(
            "select number, at, outcome, detail from email_attempt where email_id = $1 order by number",
        )
        .bind(id)
        .fetch_all(&self.pool)
        .await?;
        Ok((self.summary(row.ok_or(StoreError::NotFound)?)?, attempts))
    }

    /// How much waits.
    pub async fn depth(&self) -> Result<Vec<Depth>, StoreError> {
        let rows = sqlx::query_as(
            "select state, count(*) as count, min(accepted_at) as oldest from email
             where state in ('accepted', 'claimed', 'handing_over', 'deferred', 'doubtful') group by state",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(rows)
    }

    fn summary(&self, row: EmailRow) -> Result<EmailSummary, StoreError> {
        let envelope = self.keyring.open_json(envelope_of(row.id), &row.envelope)?;
        Ok(EmailSummary { row, envelope })
    }
}
