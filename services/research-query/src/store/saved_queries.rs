//! Saved queries of each person with all their versions, sealed. A deleted one is hidden: runs refer to it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coffer_store::{Keyring, Place};
use coffer_types::{Clock, SavedQueryId, UserId};
use sqlx::{AssertSqlSafe, FromRow, PgConnection, PgPool};

use super::{Result, StoreError};
use crate::domain::query::Query;
use crate::domain::saved_query::About;

/// The newest versions that can be read; older ones stay stored.
const SHOWN_VERSIONS: i64 = 100;

const SELECT: &str = "select q.id, q.database, q.about, q.version, q.created_at, q.changed_at, v.query
     from saved_query q join saved_query_version v on v.saved_query_id = q.id and v.version = q.version
     where q.user_id = $1 and q.deleted_at is null";

/// A saved query with its newest version.
#[derive(Debug, Clone)]
pub(crate) struct SavedQuery {
    pub(crate) id: SavedQueryId,
    pub(crate) database: String,
    pub(crate) about: About,
    pub(crate) query: Query,
    /// Counts from 1.
    pub(crate) version: i32,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) changed_at: DateTime<Utc>,
}

/// One of its versions.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    /// Counts from 1.
    pub(crate) number: i32,
    pub(crate) query: Query,
    pub(crate) at: DateTime<Utc>,
}

/// What a person wants to keep.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) database: &'a str,
    pub(crate) about: &'a About,
    pub(crate) query: &'a Query,
}

#[derive(FromRow)]
struct Row {
    id: SavedQueryId,
    database: String,
    about: Vec<u8>,
    version: i32,
    created_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
    query: Vec<u8>,
}

#[derive(FromRow)]
struct VersionRow {
    version: i32,
    query: Vec<u8>,
    at: DateTime<Utc>,
}

/// The saved queries of all people.
#[derive(Clone)]
pub(crate) struct SavedQueries {
    pool: PgPool,
    keyring: Keyring,
    clock: Arc<dyn Clock>,
}

impl SavedQueries {
    pub(crate) fn new(pool: PgPool, keyring: Keyring, clock: Arc<dyn Clock>) -> Self {
        Self { pool, keyring, clock }
    }

    /// All of a person, last changed first.
    pub(crate) async fn list(&self, user: UserId) -> Result<Vec<SavedQuery>> {
        let sql = format!("{SELECT} order by q.changed_at desc, q.id desc");
        let rows: Vec<Row> = sqlx::query_as(AssertSqlSafe(sql)).bind(user).fetch_all(&self.pool).await?;
        rows.into_iter().map(|row| self.open(row)).collect()
    }

    /// One of the person's own.
    pub(crate) async fn get(&self, user: UserId, id: SavedQueryId) -> Result<SavedQuery> {
        self.read(&mut *self.pool.acquire().await?, user, id).await
    }

    /// Its versions, newest first.
    pub(crate) async fn versions(&self, id: SavedQueryId) -> Result<Vec<Version>> {
        let rows: Vec<VersionRow> = sqlx::query_as(
            "select version, query, at from saved_query_version where saved_query_id = $1
             order by version desc limit $2",
        )
        .bind(id)
        .bind(SHOWN_VERSIONS)
        .fetch_all(&self.pool)
        .await?;
        let open = |row: VersionRow| {
            let query = self.keyring.open_json(query_of(id, &column(row.version)), &row.query)?;
            Ok(Version { number: row.version, query, at: row.at })
        };
        rows.into_iter().map(open).collect()
    }

    /// Keeps a new query.
    pub(crate) async fn add(&self, user: UserId, draft: &Draft<'_>) -> Result<SavedQueryId> {
        let (id, now) = (SavedQueryId::new(), self.clock.now());
        let mut tx = self.pool.begin().await?;
        sqlx::query(
            "insert into saved_query (id, user_id, database, about, version, created_at, changed_at)
             values ($1, $2, $3, $4, 1, $5, $5)",
        )
        .bind(id)
        .bind(user)
        .bind(draft.database)
        .bind(self.keyring.seal_json(about_of(id), draft.about)?)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        self.add_version(&mut tx, id, 1, draft.query, now).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// Changes one of the person's own: a new version only when SQL or parameters differ.
    pub(crate) async fn change(&self, user: UserId, id: SavedQueryId, draft: &Draft<'_>) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.pool.begin().await?;
        sqlx::query("select from saved_query where id = $1 for update").bind(id).execute(&mut *tx).await?;
        let known = self.read(&mut tx, user, id).await?;
        let version = if known.query == *draft.query { known.version } else { known.version + 1 };
        if version != known.version {
            self.add_version(&mut tx, id, version, draft.query, now).await?;
        }
        sqlx::query(
            "update saved_query set database = $2, about = $3, version = $4, changed_at = $5 where id = $1",
        )
        .bind(id)
        .bind(draft.database)
        .bind(self.keyring.seal_json(about_of(id), draft.about)?)
        .bind(version)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Hides one of the person's own.
    pub(crate) async fn delete(&self, user: UserId, id: SavedQueryId) -> Result<()> {
        let deleted = sqlx::query(
            "update saved_query set deleted_at = $3 where id = $1 and user_id = $2 and deleted_at is null",
        )
        .bind(id)
        .bind(user)
        .bind(self.clock.now())
        .execute(&self.pool)
        .await?;
        if deleted.rows_affected() == 1 { Ok(()) } else { Err(StoreError::NotFound) }
    }

    async fn read(
        &self,
        connection: &mut PgConnection,
        user: UserId,
        id: SavedQueryId,
    ) -> Result<SavedQuery> {
        let sql = format!("{SELECT} and q.id = $2");
        let row: Option<Row> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(user).bind(id).fetch_optional(connection).await?;
        self.open(row.ok_or(StoreError::NotFound)?)
    }

    async fn add_version(
        &self,
        tx: &mut PgConnection,
        id: SavedQueryId,
        version: i32,
        query: &Query,
        at: DateTime<Utc>,
    ) -> Result<()> {
        sqlx::query(
            "insert into saved_query_version (saved_query_id, version, query, at) values ($1, $2, $3, $4)",
        )
        .bind(id)
        .bind(version)
        .bind(self.keyring.seal_json(query_of(id, &column(version)), query)?)
        .bind(at)
        .execute(tx)
        .await?;
        Ok(())
    }

    fn open(&self, row: Row) -> Result<SavedQuery> {
        let id = row.id;
        let about = self.keyring.open_json(about_of(id), &row.about)?;
        let query = self.keyring.open_json(query_of(id, &column(row.version)), &row.query)?;
        let Row { database, version, created_at, changed_at, .. } = row;
        Ok(SavedQuery { id, database, about, query, version, created_at, changed_at })
    }
}

fn about_of(id: SavedQueryId) -> Place<'static> {
    Place { table: "saved_query", column: "about", row: id.as_uuid() }
}

fn query_of(id: SavedQueryId, column: &str) -> Place<'_> {
    Place { table: "saved_query_version", column, row: id.as_uuid() }
}

/// The versions of a query have its id in common, so the number goes to the column.
fn column(version: i32) -> String {
    format!("query {version}")
}
