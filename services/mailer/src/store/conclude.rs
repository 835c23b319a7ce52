//! The end of a try: state, attempt and fact in one transaction.

use chrono::{DateTime, Utc};
use coffer_bus::BusError;
use coffer_proto::mailer::v1::{EmailDeferred, EmailDoubtful, EmailRefused, EmailSent, EmailStopped};
use coffer_proto::timestamp;
use coffer_types::{EmailId, UserId};
use sqlx::PgConnection;

use super::custody::{Claim, lock};
use super::{Emails, StoreError};
use crate::domain::custody::Custody;
use crate::domain::email::Origin;
use crate::domain::state::State;
use crate::domain::verdict::{Outcome, Verdict};

impl Emails {
    /// Records how a try ended, unless the lease was lost meanwhile.
    pub async fn conclude(&self, claim: &Claim, verdict: &Verdict) -> Result<(), StoreError> {
        let mut tx = self.pool.begin().await?;
        let custody = lock(&mut tx, claim.origin.id).await?;
        let custody = custody.conclude(claim.fence, verdict.outcome.state())?;
        self.settle(&mut tx, &claim.origin, custody, verdict, self.clock.now()).await?;
        tx.commit().await?;
        self.outbox.wake();
        Ok(())
    }

    /// A person has decided to send again; kept with who it was.
    pub async fn resend(&self, id: EmailId, asked_by: UserId, name: &str) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        let custody = lock(&mut tx, id).await?.resend()?;
        sqlx::query(
            "update email set state = $2, lease_until = $3, reason = null, next_try_at = $4, tries = 0,
                 waiting_since = $4, changed_at = $4
             where id = $1",
        )
        .bind(id)
        .bind(custody.state.as_str())
        .bind(custody.lease_until)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let detail = format!("{name} asked to send it again");
        add_attempt(&mut tx, id, now, State::Accepted, &detail, Some(asked_by)).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Writes an end that the custody allows.
    pub(super) async fn settle(
        &self,
        tx: &mut PgConnection,
        origin: &Origin,
        custody: Custody,
        verdict: &Verdict,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Verdict { outcome, detail, .. } = verdict;
        sqlx::query(
            "update email set state = $2, lease_until = $3, reason = $4, next_try_at = $5, changed_at = $6,
                 tries = tries + 1
             where id = $1",
        )
        .bind(origin.id)
        .bind(custody.state.as_str())
        .bind(custody.lease_until)
        .bind(outcome.reason())
        .bind(outcome.next_try_at())
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let attempt = add_attempt(tx, origin.id, now, custody.state, detail, None).await?;
        self.announce(tx, origin, outcome, attempt.unsigned_abs(), now).await?;
        Ok(())
    }

    async fn announce(
        &self,
        tx: &mut PgConnection,
        origin: &Origin,
        outcome: &Outcome,
        attempt: u32,
        now: DateTime<Utc>,
    ) -> Result<(), BusError> {
        let email_id = origin.id.to_string();
        let sender = origin.sender.as_str().to_owned();
        let kind = origin.kind.clone();
        let reference = origin.reference.clone();
        let at = Some(timestamp(now));
        match outcome {
            Outcome::Sent => {
                let fact = EmailSent { email_id, sender, kind, reference, at, attempt };
                self.outbox.enqueue(tx, &fact).await
            }
            Outcome::Deferred { reason, next_try_at } => {
                let reason = reason.clone();
                let next_try_at = Some(timestamp(*next_try_at));
                let fact =
                    EmailDeferred { email_id, sender, kind, reference, at, attempt, reason, next_try_at };
                self.outbox.enqueue(tx, &fact).await
            }
            Outcome::Refused { reason } => {
                let reason = reason.clone();
                let fact = EmailRefused { email_id, sender, kind, reference, at, attempt, reason };
                self.outbox.enqueue(tx, &fact).await
            }
            Outcome::Doubtful => {
                let fact = EmailDoubtful { email_id, sender, kind, reference, at, attempt };
                self.outbox.enqueue(tx, &fact).await
            }
            Outcome::Stopped { reason } => {
                let reason = reason.clone();
                let fact = EmailStopped { email_id, sender, kind, reference, at, reason };
                self.outbox.enqueue(tx, &fact).await
            }
        }
        .map(drop)
    }
}

/// Adds an attempt and answers its number. The row lock on the e-mail keeps numbers apart.
async fn add_attempt(
    tx: &mut PgConnection,
    id: EmailId,
    at: DateTime<Utc>,
    outcome: State,
    detail: &str,
    asked_by: Option<UserId>,
) -> Result<i32, StoreError> {
    let number = sqlx::query_scalar(
        "insert into email_attempt (email_id, number, at, outcome, detail, asked_by)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5 from email_attempt where email_id = $1
         returning number",
    )
    .bind(id)
    .bind(at)
    .bind(outcome.as_str())
    .bind(detail)
    .bind(asked_by)
    .fetch_one(tx)
    .await?;
    Ok(number)
}
