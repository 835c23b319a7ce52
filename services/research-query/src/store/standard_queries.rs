//! The library of queries for everybody.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coffer_types::{Clock, StandardQueryId, UserId};
use sqlx::types::Json;
use sqlx::{FromRow, PgPool};

use super::{Result, StoreError};
use crate::domain::standard_query::{Placeholder, Template};

/// A query of the library.
#[derive(Debug, Clone)]
pub(crate) struct StandardQuery {
    pub(crate) id: StandardQueryId,
    pub(crate) database: String,
    pub(crate) template: Template,
    pub(crate) changed_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct Row {
    id: StandardQueryId,
    title: String,
    description: String,
    database: String,
    sql: String,
    placeholders: Json<Vec<Placeholder>>,
    changed_at: DateTime<Utc>,
}

/// The library.
#[derive(Clone)]
pub(crate) struct StandardQueries {
    pool: PgPool,
    clock: Arc<dyn Clock>,
}

impl StandardQueries {
    pub(crate) fn new(pool: PgPool, clock: Arc<dyn Clock>) -> Self {
        Self { pool, clock }
    }

    /// Those with the text in their title, description or SQL, by title; nothing finds all.
    pub(crate) async fn list(&self, search: &str) -> Result<Vec<StandardQuery>> {
        let rows: Vec<Row> = sqlx::query_as(
            "select * from standard_query
             where strpos(lower(title || ' ' || description || ' ' || sql), lower($1)) > 0
             order by lower(title), id",
        )
        .bind(search.trim())
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(StandardQuery::from).collect())
    }

    /// One of them.
    pub(crate) async fn get(&self, id: StandardQueryId) -> Result<StandardQuery> {
        let row: Option<Row> = sqlx::query_as("select * from standard_query where id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.ok_or(StoreError::NotFound)?.into())
    }

    /// Adds one.
    pub(crate) async fn add(
        &self,
        user: UserId,
        database: &str,
        template: &Template,
    ) -> Result<StandardQueryId> {
        let id = StandardQueryId::new();
        sqlx::query(
            "insert into standard_query
                 (id, title, description, database, sql, placeholders, changed_at, changed_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id)
        .bind(&template.title)
        .bind(&template.description)
        .bind(database)
        .bind(&template.sql)
        .bind(Json(&template.placeholders))
        .bind(self.clock.now())
        .bind(user)
        .execute(&self.pool)
        .await?;
        Ok(id)
    }

    /// Replaces one.
    pub(crate) async fn change(
        &self,
        user: UserId,
        id: StandardQueryId,
        database: &str,
        template: &Template,
    ) -> Result<()> {
        let changed = sqlx::query(
            "update standard_query set title = $2, description = $3, database = $4, sql = $5, placeholders = $6,
                 changed_at = $7, changed_by = $8
             where id = $1",
        )
        .bind(id)
        .bind(&template.title)
        .bind(&template.description)
        .bind(database)
        .bind(&template.sql)
        .bind(Json(&template.placeholders))
        .bind(self.clock.now())
        .bind(user)
        .execute(&self.pool)
        .await?;
        if changed.rows_affected() == 1 { Ok(()) } else { Err(StoreError::NotFound) }
    }

    /// Deletes one.
    pub(crate) async fn delete(&self, id: StandardQueryId) -> Result<()> {
        let deleted =
            sqlx::query("delete from standard_query where id = $1").bind(id).execute(&self.pool).await?;
        if deleted.rows_affected() == 1 { Ok(()) } else { Err(StoreError::NotFound) }
    }
}

impl From<Row> for StandardQuery {
    fn from(row: Row) -> Self {
        let Row { id, title, description, database, sql, placeholders: Json(placeholders), changed_at } = row;
        Self { id, database, template: Template { title, description, sql, placeholders }, changed_at }
    }
}
