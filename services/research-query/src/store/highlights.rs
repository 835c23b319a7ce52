//! Highlights of each person, sealed.

use std::sync::Arc;

use coffer_store::{Keyring, Place};
use coffer_types::{Clock, HighlightColour, HighlightId, UserId};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection, PgPool, Postgres, Transaction};

use super::{Result, StoreError};
use crate::domain::highlighter::Term;

/// One term of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Highlight {
    pub(crate) id: HighlightId,
    pub(crate) words: Words,
    /// Else plain text.
    pub(crate) is_regex: bool,
    pub(crate) colour: HighlightColour,
    pub(crate) active: bool,
}

/// What is sealed of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Words {
    /// Empty: the pattern is its own label.
    pub(crate) label: String,
    pub(crate) pattern: String,
}

impl Highlight {
    /// What to look for.
    pub(crate) fn term(&self) -> Term<'_> {
        Term { pattern: &self.words.pattern, is_regex: self.is_regex }
    }
}

/// Tells a state of a person's list from every other state of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, FromRow)]
pub(crate) struct ListVersion {
    newest: i64,
    rows: i64,
}

#[derive(FromRow)]
struct Row {
    id: HighlightId,
    term: Vec<u8>,
    is_regex: bool,
    colour: HighlightColour,
    active: bool,
}

/// The highlights of all people.
#[derive(Clone)]
pub(crate) struct Highlights {
    pool: PgPool,
    keyring: Keyring,
    clock: Arc<dyn Clock>,
}

impl Highlights {
    pub(crate) fn new(pool: PgPool, keyring: Keyring, clock: Arc<dyn Clock>) -> Self {
        Self { pool, keyring, clock }
    }

    /// A person's list, oldest first: that is also the order in which they win.
    pub(crate) async fn list(&self, user: UserId) -> Result<Vec<Highlight>> {
        self.read(&mut *self.pool.acquire().await?, user).await
    }

    /// Which state the person's list is in.
    pub(crate) async fn version(&self, user: UserId) -> Result<ListVersion> {
        let version = sqlx::query_as(
            "select coalesce(max(version), 0) as newest, count(*) as rows from highlight where user_id = $1",
        )
        .bind(user)
        .fetch_one(&self.pool)
        .await?;
        Ok(version)
    }

    /// The person's list, which nobody else changes before the end of the transaction.
    pub(crate) async fn lock(
        &self,
        user: UserId,
    ) -> Result<(Transaction<'static, Postgres>, Vec<Highlight>)> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("select pg_advisory_xact_lock(hashtextextended('highlights ' || $1, 0))")
            .bind(user.to_string())
            .execute(&mut *tx)
            .await?;
        let list = self.read(&mut tx, user).await?;
        Ok((tx, list))
    }

    /// Adds a highlight, or replaces the person's own one with its id.
    pub(crate) async fn save(
        &self,
        tx: &mut PgConnection,
        user: UserId,
        highlight: &Highlight,
    ) -> Result<()> {
        let saved = sqlx::query(
            "insert into highlight (id, user_id, term, is_regex, colour, active, created_at, version)
             values ($1, $2, $3, $4, $5, $6, $7, nextval('highlight_version'))
             on conflict (id) do update set term = excluded.term, is_regex = excluded.is_regex,
                 colour = excluded.colour, active = excluded.active, version = excluded.version
             where highlight.user_id = excluded.user_id",
        )
        .bind(highlight.id)
        .bind(user)
        .bind(self.keyring.seal_json(place(highlight.id), &highlight.words)?)
        .bind(highlight.is_regex)
        .bind(highlight.colour)
        .bind(highlight.active)
        .bind(self.clock.now())
        .execute(tx)
        .await?;
        if saved.rows_affected() == 1 { Ok(()) } else { Err(StoreError::NotFound) }
    }

    /// Deletes one of the person's highlights.
    pub(crate) async fn delete(&self, user: UserId, id: HighlightId) -> Result<()> {
        let deleted = sqlx::query("delete from highlight where id = $1 and user_id = $2")
            .bind(id)
            .bind(user)
            .execute(&self.pool)
            .await?;
        if deleted.rows_affected() == 1 { Ok(()) } else { Err(StoreError::NotFound) }
    }

    async fn read(&self, connection: &mut PgConnection, user: UserId) -> Result<Vec<Highlight>> {
        let rows: Vec<Row> = sqlx::query_as(
            "select id, term, is_regex, colour, active from highlight where user_id = $1
             order by created_at, id",
        )
        .bind(user)
        .fetch_all(connection)
        .await?;
        rows.into_iter().map(|row| self.open(&row)).collect()
    }

    fn open(&self, row: &Row) -> Result<Highlight> {
        let words = self.keyring.open_json(place(row.id), &row.term)?;
        let &Row { id, is_regex, colour, active, .. } = row;
        Ok(Highlight { id, words, is_regex, colour, active })
    }
}

fn place(id: HighlightId) -> Place<'static> {
    Place { table: "highlight", column: "term", row: id.as_uuid() }
}
