//! The audit trail: append-only, each entry chained to the one before.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use coffer_types::UserId;
use sqlx::PgPool;

use crate::domain::audit_chain::{Entry, hash};

/// Adds an entry. `object` is an id or a word, never a person.
pub async fn record(
    pool: &PgPool,
    user: Option<UserId>,
    action: &str,
    object: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    // One writer at a time, or two entries would follow the same one.
    sqlx::query("select pg_advisory_xact_lock(hashtext('audit_entries'))").execute(&mut *tx).await?;
    let last: Option<(i64, Vec<u8>)> =
        sqlx::query_as("select number, hash from audit_entries order by number desc limit 1")
            .fetch_optional(&mut *tx)
            .await?;
    let (number, previous) = last.unwrap_or_default();
    // PostgreSQL keeps microseconds; the hash must be true of what it keeps.
    let at = now.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(now);
    let entry = Entry { number: number + 1, at, user, action, object };
    sqlx::query(
        "insert into audit_entries (number, at, user_id, action, object, hash) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(entry.number)
    .bind(entry.at)
    .bind(entry.user)
    .bind(entry.action)
    .bind(entry.object)
    .bind(hash(&previous, &entry).as_slice())
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}
