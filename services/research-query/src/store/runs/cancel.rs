//! A user ends a run.

use coffer_types::{RunId, UserId};
use sqlx::PgConnection;

use super::{Ending, Measure, Result, Runs, StoreError, lock};
use crate::domain::run::State;

impl Runs {
    /// Cancels a run of the user: at once while it waits, else its holder is asked, as the column
    /// `cancel_requested_at` says. Answers the state that it now has.
    pub(crate) async fn cancel(&self, user: UserId, id: RunId) -> Result<State> {
        let mut tx = self.pool.begin().await?;
        owned(&mut tx, user, id).await?;
        let custody = lock(&mut tx, id).await?.cancel()?;
        if custody.state == State::Cancelled {
            self.end(&mut tx, id, custody, &Ending::Cancelled, Measure::default()).await?;
        }
        sqlx::query("update run set cancel_requested_at = coalesce(cancel_requested_at, $2) where id = $1")
            .bind(id)
            .bind(self.clock.now())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        self.outbox.wake();
        Ok(custody.state)
    }
}

async fn owned(tx: &mut PgConnection, user: UserId, id: RunId) -> Result<()> {
    let owned: bool = sqlx::query_scalar("select exists (select from run where id = $1 and user_id = $2)")
        .bind(id)
        .bind(user)
        .fetch_one(tx)
        .await?;
    if owned { Ok(()) } else { Err(StoreError::NotFound) }
}
