//! One run, and what happened to it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use coffer_types::{RunId, UserId};
use sqlx::{AssertSqlSafe, FromRow};

use super::row::{COLUMNS, RunRow};
use super::{Result, Run, Runs, StoreError};

/// What happened to a run.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct EventRow {
    /// Counts from 1.
    pub(crate) number: i32,
    /// The state that it led to, or `taken_over`.
    pub(crate) what: String,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// Rows at that moment.
    pub(crate) rows: i64,
}

/// How many runs of a database stand in a state that is not an end.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Depth {
    pub(crate) database: String,
    pub(crate) state: String,
    pub(crate) count: i64,
}

impl Runs {
    /// A run of the user's own. Another's is not found, like one that never was.
    pub(crate) async fn get(&self, user: UserId, id: RunId) -> Result<Run> {
        let run = self.any(id).await?;
        if run.user == user { Ok(run) } else { Err(StoreError::NotFound) }
    }

    /// A run, whoever it belongs to.
    pub(crate) async fn any(&self, id: RunId) -> Result<Run> {
        let sql = format!("select {COLUMNS} from run where id = $1");
        let row: Option<RunRow> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_optional(&self.pool).await?;
        self.open(row.ok_or(StoreError::NotFound)?)
    }

    /// Events with a greater number, oldest first.
    pub(crate) async fn events(&self, id: RunId, after: u32) -> Result<Vec<EventRow>> {
        let events = sqlx::query_as(
            "select number, what, at, rows from run_event where run_id = $1 and number > $2 order by number",
        )
        .bind(id)
        .bind(i32::try_from(after).unwrap_or(i32::MAX))
        .fetch_all(&self.pool)
        .await?;
        Ok(events)
    }

    /// The number of each run's newest event.
    pub(crate) async fn newest_events(&self, ids: &[RunId]) -> Result<HashMap<RunId, u32>> {
        let newest: Vec<(RunId, i32)> = sqlx::query_as(
            "select run_id, max(number) from run_event where run_id = any($1) group by run_id",
        )
        .bind(ids)
        .fetch_all(&self.pool)
        .await?;
        Ok(newest.into_iter().map(|(id, number)| (id, number.unsigned_abs())).collect())
    }

    /// How much waits and runs.
    pub(crate) async fn depth(&self) -> Result<Vec<Depth>> {
        let depth = sqlx::query_as(
            "select database, state, count(*) as count from run where state in ('queued', 'running')
             group by database, state",
        )
        .fetch_all(&self.pool)
        .await?;
        Ok(depth)
    }
}
