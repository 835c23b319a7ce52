//! The runs in our database. Every step loads the custody under a row lock, lets the domain decide, and writes
//! the result with its event and its fact in one transaction.

mod cancel;
mod claim;
mod keep;
mod list;
mod lost;
mod read;
mod row;
mod settle;
mod submit;

pub(crate) use claim::Claim;
pub(crate) use list::Wanted;
pub(crate) use lost::Lost;
pub(crate) use read::{Depth, EventRow};
pub(crate) use row::{Run, Stored};
pub(crate) use settle::{Ending, Measure};
pub(crate) use submit::{Submission, Submitted};

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coffer_bus::Outbox;
use coffer_store::{Keyring, Place};
use coffer_types::{Clock, RunId};
use sqlx::{FromRow, PgConnection, PgPool};

use super::{Result, StoreError};
use crate::domain::run::Custody;

/// The runs of this service; clones share the pool.
#[derive(Clone)]
pub(crate) struct Runs {
    pool: PgPool,
    keyring: Keyring,
    outbox: Outbox,
    clock: Arc<dyn Clock>,
}

impl Runs {
    /// Runs in `pool`, sealed by `keyring`, reported through `outbox`.
    pub(crate) fn new(pool: PgPool, keyring: Keyring, outbox: Outbox, clock: Arc<dyn Clock>) -> Self {
        Self { pool, keyring, outbox, clock }
    }
}

/// Where a sealed column of a run stands.
fn place(column: &'static str, id: RunId) -> Place<'static> {
    Place { table: "run", column, row: id.as_uuid() }
}

#[derive(FromRow)]
struct CustodyRow {
    state: String,
    attempt: i32,
    losses: i32,
    lease_until: Option<DateTime<Utc>>,
    cancelling: bool,
}

impl TryFrom<CustodyRow> for Custody {
    type Error = StoreError;

    fn try_from(row: CustodyRow) -> Result<Self> {
        let state = row.state.parse().map_err(|_| StoreError::Column("run.state"))?;
        let CustodyRow { attempt, losses, lease_until, cancelling, .. } = row;
        Ok(Self { state, attempt, losses, lease_until, cancelling })
    }
}

/// Loads the custody and holds the row until the transaction ends.
async fn lock(tx: &mut PgConnection, id: RunId) -> Result<Custody> {
    let row: Option<CustodyRow> = sqlx::query_as(
        "select state, attempt, losses, lease_until, cancel_requested_at is not null as cancelling
         from run where id = $1 for update",
    )
    .bind(id)
    .fetch_optional(tx)
    .await?;
    row.ok_or(StoreError::NotFound)?.try_into()
}

/// Adds an event. The row lock on the run keeps numbers apart.
async fn add_event(
    tx: &mut PgConnection,
    id: RunId,
    what: &'static str,
    at: DateTime<Utc>,
    rows: i64,
) -> Result<()> {
    sqlx::query(
        "insert into run_event (run_id, number, what, at, rows)
         select $1, coalesce(max(number), 0) + 1, $2, $3, $4 from run_event where run_id = $1",
    )
    .bind(id)
    .bind(what)
    .bind(at)
    .bind(rows)
    .execute(tx)
    .await?;
    Ok(())
}
