//! Sessions: a row each, found by the hash of the cookie's token.

use chrono::{DateTime, TimeDelta, Utc};
use coffer_types::UserId;
use sqlx::PgPool;
use uuid::Uuid;

use super::UserRow;
use crate::auth::{CurrentUser, TokenHash};
use crate::config::SessionSettings;

/// Writing "last seen" at each request would double the work of a page.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A session as its owner sees it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Session {
    /// Names the session in forms; not the secret.
    pub id: Uuid,
    /// What the browser says it is.
    pub user_agent: String,
    /// Sign-in.
    pub created_at: DateTime<Utc>,
    /// Last request, to the minute.
    pub last_seen_at: DateTime<Utc>,
}

/// The moments before which a session is over.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    seen_after: DateTime<Utc>,
    created_after: DateTime<Utc>,
}

impl Limits {
    /// The limits at `now`.
    pub fn at(now: DateTime<Utc>, settings: SessionSettings) -> Self {
        Self {
            seen_after: now - TimeDelta::minutes(settings.idle_minutes.into()),
            created_after: now - TimeDelta::hours(settings.absolute_hours.into()),
        }
    }
}

/// Starts a session.
pub async fn start(
    pool: &PgPool,
    token: &TokenHash,
    user: UserId,
    user_agent: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into sessions (id, token_hash, user_id, user_agent, created_at, last_seen_at)
         values ($1, $2, $3, $4, $5, $5)",
    )
    .bind(Uuid::now_v7())
    .bind(token.as_bytes())
    .bind(user)
    .bind(user_agent)
    .bind(now)
    .execute(pool)
    .await?;
    Ok(())
}

/// The session of a cookie and its user, if it still lives; notes when it was seen.
pub async fn find(
    pool: &PgPool,
    token: &TokenHash,
    limits: Limits,
    seen_at: Option<DateTime<Utc>>,
) -> sqlx::Result<Option<(Uuid, CurrentUser)>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        session_id: Uuid,
        last_seen_at: DateTime<Utc>,
        #[sqlx(flatten)]
        user: UserRow,
    }
    let row: Option<Row> = sqlx::query_as(
        "select s.id as session_id, s.last_seen_at, u.id, u.username, u.name, u.email,
                array(select role from user_roles where user_id = u.id order by role) as roles
         from sessions s join users u on u.id = s.user_id
         where s.token_hash = $1 and s.last_seen_at > $2 and s.created_at > $3 and u.disabled_at is null",
    )
    .bind(token.as_bytes())
    .bind(limits.seen_after)
    .bind(limits.created_after)
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    if let Some(now) = seen_at.filter(|now| row.last_seen_at + SEEN_EVERY < *now) {
        sqlx::query("update sessions set last_seen_at = $2 where id = $1")
            .bind(row.session_id)
            .bind(now)
            .execute(pool)
            .await?;
    }
    Ok(Some((row.session_id, row.user.into())))
}

/// The live sessions of a user, newest first.
pub async fn list(pool: &PgPool, user: UserId, limits: Limits) -> sqlx::Result<Vec<Session>> {
    sqlx::query_as(
        "select id, user_agent, created_at, last_seen_at from sessions
         where user_id = $1 and last_seen_at > $2 and created_at > $3 order by last_seen_at desc, id",
    )
    .bind(user)
    .bind(limits.seen_after)
    .bind(limits.created_after)
    .fetch_all(pool)
    .await
}

/// Ends one session of a user.
pub async fn end(pool: &PgPool, user: UserId, session: Uuid) -> sqlx::Result<()> {
    sqlx::query("delete from sessions where user_id = $1 and id = $2")
        .bind(user)
        .bind(session)
        .execute(pool)
        .await?;
    Ok(())
}

/// Ends the session of a cookie, if there is one.
pub async fn end_by_token(pool: &PgPool, token: &TokenHash) -> sqlx::Result<()> {
    sqlx::query("delete from sessions where token_hash = $1").bind(token.as_bytes()).execute(pool).await?;
    Ok(())
}

/// Ends all sessions of a user.
pub async fn end_all(pool: &PgPool, user: UserId) -> sqlx::Result<()> {
    sqlx::query("delete from sessions where user_id = $1").bind(user).execute(pool).await?;
    Ok(())
}

/// Deletes the sessions that are over.
pub async fn purge(pool: &PgPool, limits: Limits) -> sqlx::Result<()> {
    sqlx::query("delete from sessions where last_seen_at <= $1 or created_at <= $2")
        .bind(limits.seen_after)
        .bind(limits.created_after)
        .execute(pool)
        .await?;
    Ok(())
}
