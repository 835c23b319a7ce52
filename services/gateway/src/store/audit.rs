//! The audit trail: append-only, each entry chained to the one before.

use chrono::{DateTime, DurationRound, NaiveDate, TimeDelta, Utc};
use coffer_types::UserId;
use futures::TryStreamExt as _;
use sqlx::{PgPool, Postgres, QueryBuilder};

use crate::domain::audit_chain::{Broken, Chain, Entry, hash};

/// An entry as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditRow {
    /// Place in the chain, from 1.
    pub number: i64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it; none where nobody was signed in.
    pub username: Option<String>,
    /// What was done.
    pub action: String,
    /// To what.
    pub object: String,
}

/// Which entries are wanted; all that is given holds.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Of this account.
    pub username: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// Of this object: the whole id.
    pub object: Option<String>,
    /// From this day on.
    pub from: Option<NaiveDate>,
    /// Until the end of this day.
    pub until: Option<NaiveDate>,
}

/// A slice of the entries, newest first, and how many there are.
pub async fn search(
    pool: &PgPool,
    search: &Search,
    offset: u32,
    limit: u32,
) -> sqlx::Result<(Vec<AuditRow>, u32)> {
    let mut count = QueryBuilder::new("select count(*)");
    let total: i64 = matching(&mut count, search).build_query_scalar().fetch_one(pool).await?;
    let mut rows = QueryBuilder::new("select number, at, username, action, object");
    matching(&mut rows, search).push(" order by number desc limit ").push_bind(i64::from(limit));
    rows.push(" offset ").push_bind(i64::from(offset));
    Ok((rows.build_query_as().fetch_all(pool).await?, u32::try_from(total).unwrap_or(u32::MAX)))
}

fn matching<'a>(query: &'a mut QueryBuilder<Postgres>, search: &Search) -> &'a mut QueryBuilder<Postgres> {
    query.push(" from audit_entries left join users on users.id = user_id where true");
    if let Some(username) = &search.username {
        query.push(" and lower(username) = lower(").push_bind(username.clone()).push(")");
    }
    if let Some(action) = &search.action {
        query.push(" and action = ").push_bind(action.clone());
    }
    if let Some(object) = &search.object {
        query.push(" and object = ").push_bind(object.clone());
    }
    if let Some(from) = search.from {
        query.push(" and at >= ").push_bind(from);
    }
    if let Some(until) = search.until {
        query.push(" and at < ").push_bind(until + TimeDelta::days(1));
    }
    query
}

/// Every action that stands in the trail, in the order of the alphabet.
pub async fn actions(pool: &PgPool) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar("select distinct action from audit_entries order by action").fetch_all(pool).await
}

/// Reads the whole trail and follows its chain; entries that are added meanwhile are not waited for.
pub async fn verify(pool: &PgPool) -> sqlx::Result<Result<Chain, Broken>> {
    type Row = (i64, DateTime<Utc>, Option<UserId>, String, String, Vec<u8>);
    let mut rows = sqlx::query_as::<_, Row>(
        "select number, at, user_id, action, object, hash from audit_entries order by number",
    )
    .fetch(pool);
    let mut chain = Chain::default();
    while let Some((number, at, user, action, object, found)) = rows.try_next().await? {
        let entry = Entry { number, at, user, action: &action, object: &object };
        if let Err(broken) = chain.follow(&entry, &found) {
            return Ok(Err(broken));
        }
    }
    Ok(Ok(chain))
}

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
