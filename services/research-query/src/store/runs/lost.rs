//! Runs whose holder fell silent.

use chrono::{DateTime, TimeDelta, Utc};
use coffer_types::RunId;
use sqlx::FromRow;

use super::{Result, Runs, lock};
use crate::domain::run::State;

/// How many one sweep looks after.
const AT_ONCE: i64 = 20;

/// A run that was taken over from a holder that fell silent.
#[derive(Debug)]
pub(crate) struct Lost {
    /// The run.
    pub(crate) id: RunId,
    /// Where it ran.
    pub(crate) database: String,
    /// Who may still work for it there.
    pub(crate) backend: Option<String>,
    /// The holder's attempt, whose result is nobody's now.
    pub(crate) holder_attempt: u32,
    /// The ticket for the next step.
    attempt: i32,
}

#[derive(FromRow)]
struct LostRow {
    id: RunId,
    database: String,
    backend: Option<String>,
}

impl Runs {
    /// Takes over what no holder has renewed, so that nobody else, the silent holder among them, reports on it.
    pub(crate) async fn take_over(&self, lease: TimeDelta) -> Result<Vec<Lost>> {
        let now: DateTime<Utc> = self.clock.now();
        let mut tx = self.pool.begin().await?;
        let rows: Vec<LostRow> = sqlx::query_as(
            "select id, database, backend from run
             where state = 'running' and lease_until <= $1 order by lease_until limit $2 for update skip locked",
        )
        .bind(now)
        .bind(AT_ONCE)
        .fetch_all(&mut *tx)
        .await?;
        let mut lost = Vec::new();
        for row in rows {
            let before = lock(&mut tx, row.id).await?;
            let Some(custody) = before.take_over(now, lease) else { continue };
            sqlx::query("update run set attempt = $2, lease_until = $3 where id = $1")
                .bind(row.id)
                .bind(custody.attempt)
                .bind(custody.lease_until)
                .execute(&mut *tx)
                .await?;
            lost.push(Lost {
                id: row.id,
                database: row.database,
                backend: row.backend,
                holder_attempt: before.attempt.unsigned_abs(),
                attempt: custody.attempt,
            });
        }
        tx.commit().await?;
        Ok(lost)
    }

    /// What the silent holder left in the database has been ended: the run waits again, or has been lost too
    /// often. Answers the state that it now has.
    pub(crate) async fn recover(&self, lost: &Lost) -> Result<State> {
        let mut tx = self.pool.begin().await?;
        let custody = lock(&mut tx, lost.id).await?.recover(lost.attempt)?;
        self.wait_or_end(&mut tx, lost.id, custody, "taken_over").await?;
        tx.commit().await?;
        self.outbox.wake();
        Ok(custody.state)
    }
}
