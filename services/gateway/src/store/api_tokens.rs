//! Tokens for programs: shown once, stored as a hash.

use chrono::{DateTime, Utc};
use coffer_types::UserId;
use sqlx::PgPool;
use uuid::Uuid;

use super::UserRow;
use crate::auth::{CurrentUser, TokenHash};

/// A token as its owner sees it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct ApiToken {
    /// Names the token in forms; not the secret.
    pub id: Uuid,
    /// What it is for, in the owner's words.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Last use, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Adds a token; a second time with the same secret changes nothing.
pub async fn add(
    pool: &PgPool,
    token: &TokenHash,
    user: UserId,
    name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into api_tokens (id, user_id, name, token_hash, created_at) values ($1, $2, $3, $4, $5)
         on conflict (token_hash) do nothing",
    )
    .bind(Uuid::now_v7())
    .bind(user)
    .bind(name)
    .bind(token.as_bytes())
    .bind(now)
    .execute(pool)
    .await?;
    Ok(())
}

/// The user of a token; notes its use.
pub async fn find(pool: &PgPool, token: &TokenHash, now: DateTime<Utc>) -> sqlx::Result<Option<CurrentUser>> {
    let row: Option<UserRow> = sqlx::query_as(
        "with used as (
             update api_tokens set last_used_at = $2
             where token_hash = $1 and (last_used_at is null or last_used_at < $2 - interval '1 minute')
         )
         select u.id, u.username, u.name, u.email,
                array(select role from user_roles where user_id = u.id order by role) as roles
         from api_tokens t join users u on u.id = t.user_id
         where t.token_hash = $1 and u.disabled_at is null",
    )
    .bind(token.as_bytes())
    .bind(now)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(CurrentUser::from))
}

/// The tokens of a user, newest first.
pub async fn list(pool: &PgPool, user: UserId) -> sqlx::Result<Vec<ApiToken>> {
    sqlx::query_as(
        "select id, name, created_at, last_used_at from api_tokens where user_id = $1 order by created_at desc, id",
    )
    .bind(user)
    .fetch_all(pool)
    .await
}

/// Revokes a token of a user.
pub async fn revoke(pool: &PgPool, user: UserId, token: Uuid) -> sqlx::Result<()> {
    sqlx::query("delete from api_tokens where user_id = $1 and id = $2")
        .bind(user)
        .bind(token)
        .execute(pool)
        .await?;
    Ok(())
}
