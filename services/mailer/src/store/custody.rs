//! Claiming, handing over, and what vanished workers left behind.

use chrono::{DateTime, TimeDelta, Utc};
use coffer_types::EmailId;
use prost::Message as _;
use sqlx::{FromRow, PgConnection};

use super::accept::{content_of, envelope_of};
use super::{Emails, StoreError};
use crate::domain::custody::Custody;
use crate::domain::email::{Content, Envelope, Origin, Sender};
use crate::domain::retry::Tries;
use crate::domain::state::State;
use crate::domain::verdict::Verdict;

/// How many lapsed leases one sweep takes.
const SWEEP_LIMIT: i64 = 100;

/// One worker's hold on one e-mail.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Whose e-mail it is.
    pub origin: Origin,
    /// The ticket for the next steps.
    pub fence: i64,
    /// Not to be sent after this moment.
    pub not_after: Option<DateTime<Utc>>,
    /// When the command was accepted.
    pub accepted_at: DateTime<Utc>,
    /// What has been tried.
    pub tries: Tries,
    /// Trace of the command.
    pub traceparent: Option<String>,
    envelope: Vec<u8>,
    content: Vec<u8>,
}

#[derive(FromRow)]
struct ClaimRow {
    #[sqlx(flatten)]
    origin: OriginRow,
    #[sqlx(flatten)]
    custody: CustodyRow,
    not_after: Option<DateTime<Utc>>,
    accepted_at: DateTime<Utc>,
    tries: i32,
    waiting_since: DateTime<Utc>,
    traceparent: Option<String>,
    envelope: Vec<u8>,
    content: Vec<u8>,
}

#[derive(FromRow)]
pub(super) struct OriginRow {
    id: EmailId,
    sender: String,
    kind: String,
    reference: String,
}

#[derive(FromRow)]
pub(super) struct CustodyRow {
    state: String,
    fence: i64,
    lease_until: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct LeasedRow {
    #[sqlx(flatten)]
    origin: OriginRow,
    #[sqlx(flatten)]
    custody: CustodyRow,
}

impl TryFrom<OriginRow> for Origin {
    type Error = StoreError;

    fn try_from(row: OriginRow) -> Result<Self, StoreError> {
        let sender = Sender::parse(&row.sender).ok_or(StoreError::Column("sender"))?;
        Ok(Self { id: row.id, sender, kind: row.kind, reference: row.reference })
    }
}

impl TryFrom<CustodyRow> for Custody {
    type Error = StoreError;

    fn try_from(row: CustodyRow) -> Result<Self, StoreError> {
        let state = row.state.parse().map_err(|_| StoreError::Column("state"))?;
        Ok(Self { state, fence: row.fence, lease_until: row.lease_until })
    }
}

impl Emails {
    /// Takes the e-mail that has been due for longest, if any.
    pub async fn claim(&self, lease: TimeDelta) -> Result<Option<Claim>, StoreError> {
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        let due: Option<ClaimRow> = sqlx::query_as(
            "select id, sender, kind, reference, state, fence, lease_until, not_after, accepted_at, tries,
                 waiting_since, traceparent, envelope, content
             from email where next_try_at <= $1 order by next_try_at limit 1 for update skip locked",
        )
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = due else { return Ok(None) };
        let custody = Custody::try_from(row.custody)?.claim(now, lease)?;
        sqlx::query(
            "update email set state = $2, fence = $3, lease_until = $4, next_try_at = null, changed_at = $5
             where id = $1",
        )
        .bind(row.origin.id)
        .bind(custody.state.as_str())
        .bind(custody.fence)
        .bind(custody.lease_until)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Some(Claim {
            origin: row.origin.try_into()?,
            fence: custody.fence,
            not_after: row.not_after,
            accepted_at: row.accepted_at,
            tries: Tries { count: row.tries.unsigned_abs(), since: row.waiting_since },
            traceparent: row.traceparent,
            envelope: row.envelope,
            content: row.content,
        }))
    }

    /// Opens the sealed columns of a claimed e-mail.
    pub fn open(&self, claim: &Claim) -> Result<(Envelope, Content), StoreError> {
        let id = claim.origin.id;
        let envelope = self.keyring.open_json(envelope_of(id), &claim.envelope)?;
        let content = self.keyring.open(content_of(id), &claim.content)?;
        let content = Content::decode(content.as_slice()).map_err(|_| StoreError::Column("content"))?;
        Ok((envelope, content))
    }

    /// Commits that the body is about to leave. Without this commit no byte of it may be sent.
    pub async fn hand_over(
        &self,
        claim: &Claim,
        lease: TimeDelta,
        message_id: &str,
        diverted_to: Option<&str>,
    ) -> Result<(), StoreError> {
        let id = claim.origin.id;
        let mut tx = self.pool.begin().await?;
        let custody = lock(&mut tx, id).await?;
        let now = self.clock.now();
        let custody = custody.hand_over(claim.fence, now, lease)?;
        sqlx::query(
            "update email set state = $2, lease_until = $3, message_id = $4, diverted_to = $5, changed_at = $6
             where id = $1",
        )
        .bind(id)
        .bind(custody.state.as_str())
        .bind(custody.lease_until)
        .bind(message_id)
        .bind(diverted_to)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Finds leases that ran out: what was only prepared waits again, what was handed over is doubtful.
    /// Answers how many e-mails became doubtful.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        let lapsed: Vec<LeasedRow> = sqlx::query_as(
            "select id, sender, kind, reference, state, fence, lease_until
             from email where lease_until <= $1 order by lease_until limit $2 for update skip locked",
        )
        .bind(now)
        .bind(SWEEP_LIMIT)
        .fetch_all(&mut *tx)
        .await?;
        let mut doubtful = 0;
        for row in lapsed {
            match Custody::try_from(row.custody)?.lapse(now) {
                Some(Custody { state: State::Accepted, .. }) => release(&mut tx, row.origin.id, now).await?,
                Some(custody) => {
                    self.settle(&mut tx, &row.origin.try_into()?, custody, &Verdict::vanished(), now).await?;
                    doubtful += 1;
                }
                None => {}
            }
        }
        tx.commit().await?;
        self.outbox.wake();
        Ok(doubtful)
    }
}

/// Loads the custody and holds the row until the transaction ends.
pub(super) async fn lock(tx: &mut PgConnection, id: EmailId) -> Result<Custody, StoreError> {
    let row: Option<CustodyRow> =
        sqlx::query_as("select state, fence, lease_until from email where id = $1 for update")
            .bind(id)
            .fetch_optional(tx)
            .await?;
    row.ok_or(StoreError::NotFound)?.try_into()
}

async fn release(tx: &mut PgConnection, id: EmailId, now: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query(
        "update email set state = $2, lease_until = null, next_try_at = $3, changed_at = $3 where id = $1",
    )
    .bind(id)
    .bind(State::Accepted.as_str())
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}
