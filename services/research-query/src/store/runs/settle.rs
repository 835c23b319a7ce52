//! What the holder of a run reports: that it lives, who works for it in the database, and how it ended.

use chrono::{DateTime, TimeDelta, Utc};
use coffer_proto::query::v1::RunEnded;
use coffer_types::{RunId, UserId};
use sqlx::{FromRow, PgConnection};

use super::{Claim, Result, Runs, Stored, add_event, lock, place};
use crate::domain::run::{Custody, State};
use crate::domain::words;

/// How far a run has got.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Measure {
    /// Rows that have come.
    pub(crate) rows: u64,
    /// Bytes that are stored.
    pub(crate) bytes: u64,
}

/// How a run ended, as its holder sees it.
#[derive(Debug)]
pub(crate) enum Ending {
    /// With a result.
    Done {
        /// What the result is.
        stored: Box<Stored>,
        /// What the database said of its data.
        data_version: Option<String>,
        /// How long the result is kept.
        keep: TimeDelta,
    },
    /// Without a result, for this reason.
    Failed(String),
    /// It took too long.
    TimedOut(String),
    /// Its user ended it.
    Cancelled,
}

impl Ending {
    /// The state that it leads to.
    pub(crate) const fn state(&self) -> State {
        match self {
            Self::Done { .. } => State::Done,
            Self::Failed(_) => State::Failed,
            Self::TimedOut(_) => State::TimedOut,
            Self::Cancelled => State::Cancelled,
        }
    }

    fn problem(&self) -> &str {
        match self {
            Self::Done { .. } => "",
            Self::Failed(sentence) | Self::TimedOut(sentence) => sentence,
            Self::Cancelled => words::CANCELLED,
        }
    }
}

#[derive(FromRow)]
struct Times {
    user_id: UserId,
    queued_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
}

impl Runs {
    /// Tells that the holder lives and how far it has got; answers whether the user wants the run ended.
    pub(crate) async fn renew(&self, claim: &Claim, lease: TimeDelta, measure: Measure) -> Result<bool> {
        let mut tx = self.pool.begin().await?;
        let custody = lock(&mut tx, claim.run.id).await?;
        let custody = custody.renew(claim.attempt, self.clock.now(), lease)?;
        sqlx::query("update run set lease_until = $2, rows = $3, bytes = $4 where id = $1")
            .bind(claim.run.id)
            .bind(custody.lease_until)
            .bind(signed(measure.rows))
            .bind(signed(measure.bytes))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(custody.cancelling)
    }

    /// Keeps who works for the run in the database, before it begins: somebody may have to end it for us.
    pub(crate) async fn begin_work(&self, claim: &Claim, lease: TimeDelta, backend: &str) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        let custody = lock(&mut tx, claim.run.id).await?;
        let custody = custody.renew(claim.attempt, self.clock.now(), lease)?;
        sqlx::query("update run set lease_until = $2, backend = $3 where id = $1")
            .bind(claim.run.id)
            .bind(custody.lease_until)
            .bind(backend)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Records how the run ended, unless somebody took over meanwhile. Answers the state that it now has: what
    /// the user cancelled at the last moment is cancelled.
    pub(crate) async fn conclude(&self, claim: &Claim, ending: &Ending, measure: Measure) -> Result<State> {
        let mut tx = self.pool.begin().await?;
        let custody = lock(&mut tx, claim.run.id).await?.conclude(claim.attempt, ending.state())?;
        let ending = if custody.state == State::Cancelled { &Ending::Cancelled } else { ending };
        self.end(&mut tx, claim.run.id, custody, ending, measure).await?;
        tx.commit().await?;
        self.outbox.wake();
        Ok(custody.state)
    }

    /// The holder stops before the end: the run waits again, unless its user has cancelled it.
    pub(crate) async fn give_back(&self, claim: &Claim) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        let custody = lock(&mut tx, claim.run.id).await?.give_back(claim.attempt)?;
        self.wait_or_end(&mut tx, claim.run.id, custody, State::Queued.as_str()).await?;
        tx.commit().await?;
        self.outbox.wake();
        Ok(())
    }

    /// Writes that a run waits again, under the event `what`, or what has become of it instead.
    pub(super) async fn wait_or_end(
        &self,
        tx: &mut PgConnection,
        id: RunId,
        custody: Custody,
        what: &'static str,
    ) -> Result<()> {
        let ending = match custody.state {
            State::Cancelled => Ending::Cancelled,
            State::Failed => Ending::Failed(words::GIVEN_UP.to_owned()),
            _ => return self.wait(tx, id, custody, what).await,
        };
        self.end(tx, id, custody, &ending, Measure::default()).await
    }

    async fn wait(
        &self,
        tx: &mut PgConnection,
        id: RunId,
        custody: Custody,
        what: &'static str,
    ) -> Result<()> {
        sqlx::query(
            "update run set state = $2, losses = $3, lease_until = null, backend = null, started_at = null,
                 rows = 0, bytes = 0
             where id = $1",
        )
        .bind(id)
        .bind(custody.state.as_str())
        .bind(custody.losses)
        .execute(&mut *tx)
        .await?;
        add_event(tx, id, what, self.clock.now(), 0).await
    }

    /// Writes an end that the custody allows, with its event and its fact.
    pub(super) async fn end(
        &self,
        tx: &mut PgConnection,
        id: RunId,
        custody: Custody,
        ending: &Ending,
        measure: Measure,
    ) -> Result<()> {
        let (now, rows) = (self.clock.now(), signed(measure.rows));
        let problem = match ending.problem() {
            "" => None,
            sentence => Some(self.keyring.seal_json(place("problem", id), &sentence)?),
        };
        let (result, data_version, kept_until) = match ending {
            Ending::Done { stored, data_version, keep } => {
                let sealed = self.keyring.seal_json(place("result", id), stored)?;
                (Some(sealed), data_version.as_deref(), Some(now + *keep))
            }
            _ => (None, None, None),
        };
        let times: Times = sqlx::query_as(
            "update run set state = $2, losses = $3, lease_until = null, backend = null, problem = $4,
                 ended_at = $5, rows = $6, bytes = $7, result = $8, data_version = $9, kept_until = $10
             where id = $1 returning user_id, queued_at, started_at",
        )
        .bind(id)
        .bind(custody.state.as_str())
        .bind(custody.losses)
        .bind(problem)
        .bind(now)
        .bind(rows)
        .bind(signed(measure.bytes))
        .bind(result)
        .bind(data_version)
        .bind(kept_until)
        .fetch_one(&mut *tx)
        .await?;
        add_event(tx, id, custody.state.as_str(), now, rows).await?;
        let elapsed = now - times.started_at.unwrap_or(times.queued_at);
        let fact = RunEnded {
            run_id: id.to_string(),
            user_id: times.user_id.to_string(),
            state: custody.state.as_str().to_owned(),
            rows: measure.rows,
            bytes: measure.bytes,
            elapsed_ms: elapsed.num_milliseconds().max(0).unsigned_abs(),
        };
        self.outbox.enqueue(tx, &fact).await?;
        Ok(())
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
