//! Submissions that were repeated: the same key with the same content gives the first answer again.

use chrono::{DateTime, Utc};
use coffer_types::UserId;
use sqlx::PgConnection;

use super::Result;

/// What is known of a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Known {
    /// Never seen: it is taken now, and a second call with it waits for this transaction.
    New,
    /// Seen with the same content; the first answer.
    Answered(Vec<u8>),
    /// Seen with another content.
    OtherContent,
}

/// Takes a key, or tells what became of it before.
pub async fn take(
    tx: &mut PgConnection,
    user: UserId,
    key: &str,
    content: &[u8],
    now: DateTime<Utc>,
) -> Result<Known> {
    let taken = sqlx::query(
        "INSERT INTO idempotency_keys (user_id, key, content, answer, created_at) VALUES ($1, $2, $3, '', $4)
         ON CONFLICT (user_id, key) DO NOTHING",
    )
    .bind(user)
    .bind(key)
    .bind(content)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(Known::New);
    }
    let (first, answer): (Vec<u8>, Vec<u8>) =
        sqlx::query_as("SELECT content, answer FROM idempotency_keys WHERE user_id = $1 AND key = $2")
            .bind(user)
            .bind(key)
            .fetch_one(tx)
            .await?;
    Ok(if first == content { Known::Answered(answer) } else { Known::OtherContent })
}

/// Keeps the answer that belongs to a key taken in the same transaction.
pub async fn keep_answer(tx: &mut PgConnection, user: UserId, key: &str, answer: &[u8]) -> Result<()> {
    sqlx::query("UPDATE idempotency_keys SET answer = $3 WHERE user_id = $1 AND key = $2")
        .bind(user)
        .bind(key)
        .bind(answer)
        .execute(tx)
        .await?;
    Ok(())
}
