//! The inbox: which messages have had their effect, and how often one was tried.

use chrono::{DateTime, Utc};
use coffer_types::EventId;
use sqlx::{PgConnection, PgPool};

/// Marks the message as done in the transaction of its effect. Gives the number of failed attempts before, or
/// `None` if the effect stands already. A second delivery at the same time waits here for the first.
pub(crate) async fn claim(
    tx: &mut PgConnection,
    consumer: &str,
    id: EventId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<u32>> {
    let attempts: Option<i32> = sqlx::query_scalar(
        "INSERT INTO inbox (consumer, event_id, first_seen, done_at, outcome)
         VALUES ($1, $2, $3, $3, 'done')
         ON CONFLICT (consumer, event_id) DO UPDATE SET done_at = $3, outcome = 'done'
         WHERE inbox.done_at IS NULL
         RETURNING attempts",
    )
    .bind(consumer)
    .bind(id)
    .bind(now)
    .fetch_optional(tx)
    .await?;
    Ok(attempts.map(i32::cast_unsigned))
}

/// Counts a failed attempt, which outlives the rolled-back transaction; gives how many there are now.
pub(crate) async fn count_failure(
    pool: &PgPool,
    consumer: &str,
    id: EventId,
    error: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<u32> {
    let attempts: i32 = sqlx::query_scalar(
        "INSERT INTO inbox (consumer, event_id, first_seen, attempts, last_error)
         VALUES ($1, $2, $3, 1, $4)
         ON CONFLICT (consumer, event_id) DO UPDATE SET attempts = inbox.attempts + 1, last_error = $4
         RETURNING attempts",
    )
    .bind(consumer)
    .bind(id)
    .bind(now)
    .bind(error)
    .fetch_one(pool)
    .await?;
    Ok(attempts.cast_unsigned())
}

/// Nobody will try this message again here; a person may replay it.
pub(crate) async fn mark_parked(
    pool: &PgPool,
    consumer: &str,
    id: EventId,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO inbox (consumer, event_id, first_seen, done_at, outcome, last_error)
         VALUES ($1, $2, $4, $4, 'parked', $3)
         ON CONFLICT (consumer, event_id) DO UPDATE SET done_at = $4, outcome = 'parked', last_error = $3",
    )
    .bind(consumer)
    .bind(id)
    .bind(reason)
    .bind(now)
    .execute(pool)
    .await?;
    Ok(())
}
