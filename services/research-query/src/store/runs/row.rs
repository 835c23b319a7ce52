//! A run as a row, and opened.

use chrono::{DateTime, Utc};
use coffer_query_gate::Purpose;
use coffer_results::Manifest;
use coffer_types::{RunId, SavedQueryId, UserId};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::{Result, Runs, StoreError, place};
use crate::domain::query::Query;
use crate::domain::run::State;

/// All columns that [`RunRow`] reads.
pub(super) const COLUMNS: &str =
    "id, user_id, user_name, database, purpose, query, saved_query_id, traceparent,
    state, problem, queued_at, started_at, ended_at, attempt, rows, bytes, result, data_version, kept_until,
    result_gone, cancel_requested_at is not null and state = 'running' as cancelling,
    (select max(number) from run_event where run_id = run.id) as newest_event";

/// A run, opened.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) id: RunId,
    pub(crate) user: UserId,
    pub(crate) user_name: String,
    pub(crate) database: String,
    pub(crate) purpose: Purpose,
    pub(crate) query: Query,
    pub(crate) saved_query: Option<SavedQueryId>,
    pub(crate) traceparent: Option<String>,
    pub(crate) state: State,
    /// A sentence for the person; empty when there is none.
    pub(crate) problem: String,
    pub(crate) queued_at: DateTime<Utc>,
    pub(crate) started_at: Option<DateTime<Utc>>,
    pub(crate) ended_at: Option<DateTime<Utc>>,
    /// The newest claim; a stored result has it in its name.
    pub(crate) attempt: u32,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    /// After done: what the result is.
    pub(crate) stored: Option<Stored>,
    pub(crate) data_version: Option<String>,
    pub(crate) kept_until: Option<DateTime<Utc>>,
    pub(crate) result_gone: bool,
    pub(crate) cancelling: bool,
    /// Number of the newest event.
    pub(crate) newest_event: u32,
}

/// What is known of a stored result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// What was sent to the database.
    pub(crate) sent: String,
    /// The table of contents.
    pub(crate) manifest: Manifest,
}

#[derive(FromRow)]
pub(super) struct RunRow {
    pub(super) id: RunId,
    user_id: UserId,
    user_name: String,
    database: String,
    purpose: String,
    query: Vec<u8>,
    saved_query_id: Option<SavedQueryId>,
    traceparent: Option<String>,
    state: String,
    problem: Option<Vec<u8>>,
    queued_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
    pub(super) attempt: i32,
    rows: i64,
    bytes: i64,
    result: Option<Vec<u8>>,
    data_version: Option<String>,
    kept_until: Option<DateTime<Utc>>,
    result_gone: bool,
    cancelling: bool,
    newest_event: Option<i32>,
}

impl RunRow {
    /// The same without what is known of its result, for lists.
    pub(super) fn without_result(self) -> Self {
        Self { result: None, ..self }
    }
}

impl Runs {
    /// Opens the sealed columns of a row.
    pub(super) fn open(&self, row: RunRow) -> Result<Run> {
        let id = row.id;
        let query = self.keyring.open_json(place("query", id), &row.query)?;
        let problem = match row.problem {
            Some(sealed) => self.keyring.open_json(place("problem", id), &sealed)?,
            None => String::new(),
        };
        let stored = match row.result {
            Some(sealed) => Some(self.keyring.open_json(place("result", id), &sealed)?),
            None => None,
        };
        Ok(Run {
            id,
            user: row.user_id,
            user_name: row.user_name,
            database: row.database,
            purpose: row.purpose.parse().map_err(|_| StoreError::Column("run.purpose"))?,
            query,
            saved_query: row.saved_query_id,
            traceparent: row.traceparent,
            state: row.state.parse().map_err(|_| StoreError::Column("run.state"))?,
            problem,
            queued_at: row.queued_at,
            started_at: row.started_at,
            ended_at: row.ended_at,
            attempt: row.attempt.unsigned_abs(),
            rows: row.rows.unsigned_abs(),
            bytes: row.bytes.unsigned_abs(),
            stored,
            data_version: row.data_version,
            kept_until: row.kept_until,
            result_gone: row.result_gone,
            cancelling: row.cancelling,
            newest_event: row.newest_event.unwrap_or_default().unsigned_abs(),
        })
    }
}
