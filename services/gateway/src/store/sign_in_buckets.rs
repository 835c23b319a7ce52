//! The throttle of sign-ins, shared by all replicas.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgPool};

use crate::domain::throttle::{Bucket, Rule};

/// A bucket by its keyed hash, with its rule.
pub struct Key {
    /// Blind index of the account or the network.
    pub key: Vec<u8>,
    /// How many attempts fit.
    pub rule: Rule,
}

/// Takes one attempt from each bucket; `false` if one of them is empty.
pub async fn take(pool: &PgPool, keys: &[Key], now: DateTime<Utc>) -> sqlx::Result<bool> {
    let mut tx = pool.begin().await?;
    for key in keys {
        let bucket = lock(&mut tx, key, now).await?;
        let Some(bucket) = bucket.take(key.rule, now) else { return Ok(false) };
        save(&mut tx, key, bucket).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Gives the attempt back to each bucket: the sign-in was right.
pub async fn give_back(pool: &PgPool, keys: &[Key], now: DateTime<Utc>) -> sqlx::Result<()> {
    let mut tx = pool.begin().await?;
    for key in keys {
        let bucket = lock(&mut tx, key, now).await?.give_back(key.rule, now);
        save(&mut tx, key, bucket).await?;
    }
    tx.commit().await
}

/// Deletes buckets that nobody used since `before`; they are full again.
pub async fn purge(pool: &PgPool, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query("delete from sign_in_buckets where updated_at < $1").bind(before).execute(pool).await?;
    Ok(())
}

async fn lock(tx: &mut PgConnection, key: &Key, now: DateTime<Utc>) -> sqlx::Result<Bucket> {
    let full = Bucket::full(key.rule, now);
    // The update of nothing locks the row, so that parallel attempts count one after the other.
    let (level, updated_at) = sqlx::query_as(
        "insert into sign_in_buckets (key, level, updated_at) values ($1, $2, $3)
         on conflict (key) do update set key = excluded.key
         returning level, updated_at",
    )
    .bind(&key.key)
    .bind(full.level)
    .bind(now)
    .fetch_one(tx)
    .await?;
    Ok(Bucket { level, updated_at })
}

async fn save(tx: &mut PgConnection, key: &Key, bucket: Bucket) -> sqlx::Result<()> {
    sqlx::query("update sign_in_buckets set level = $2, updated_at = $3 where key = $1")
        .bind(&key.key)
        .bind(bucket.level)
        .bind(bucket.updated_at)
        .execute(tx)
        .await?;
    Ok(())
}
