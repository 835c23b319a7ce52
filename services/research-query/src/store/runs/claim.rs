//! The queue, and how a worker takes the run whose turn it is.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use coffer_proto::query::v1::RunStarted;
use coffer_types::{RunId, UserId};
use sqlx::{AssertSqlSafe, FromRow, PgConnection};

use super::row::{COLUMNS, RunRow};
use super::{Result, Run, Runs, StoreError, add_event, lock};
use crate::domain::access::Person;
use crate::domain::fair::{Caps, Queue, Waiting};
use crate::domain::run::State;

/// Identifies the lock of the queue among all advisory locks of the database: "queue" in ASCII.
const QUEUE_LOCK: i64 = 0x71_75_65_75_65;

/// One worker's hold on one run.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    /// The run.
    pub(crate) run: Run,
    /// Who submitted it, as they were then.
    pub(crate) person: Person,
    /// The ticket for the next steps.
    pub(crate) attempt: i32,
}

#[derive(FromRow)]
struct OpenRow {
    id: RunId,
    user_id: UserId,
    queued_at: DateTime<Utc>,
    state: String,
    ready: bool,
    served: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct ClaimRow {
    #[sqlx(flatten)]
    run: RunRow,
    roles: Vec<String>,
}

impl Runs {
    /// Takes the run whose turn it is, if there is one and the caps leave room. Workers of all replicas decide
    /// one after the other, so that caps hold and nobody is served twice in a row by accident.
    pub(crate) async fn claim(&self, caps: Caps, lease: TimeDelta) -> Result<Option<Claim>> {
        let mut tx = self.pool.begin().await?;
        sqlx::query("select pg_advisory_xact_lock($1)").bind(QUEUE_LOCK).execute(&mut *tx).await?;
        let Some(id) = queue(&mut tx, Only::Ready).await?.next(caps) else { return Ok(None) };
        let now = self.clock.now();
        // It may have been cancelled since the queue was read.
        let Ok(custody) = lock(&mut tx, id).await?.claim(now, lease) else { return Ok(None) };
        sqlx::query(
            "update run set state = $2, attempt = $3, lease_until = $4, started_at = $5, backend = null, rows = 0,
                 bytes = 0
             where id = $1",
        )
        .bind(id)
        .bind(custody.state.as_str())
        .bind(custody.attempt)
        .bind(custody.lease_until)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        add_event(&mut tx, id, State::Running.as_str(), now, 0).await?;
        let claim = self.claimed(&mut tx, id).await?;
        sqlx::query(
            "insert into served (user_id, at) values ($1, $2) on conflict (user_id) do update set at = $2",
        )
        .bind(claim.person.id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let fact = RunStarted {
            run_id: id.to_string(),
            user_id: claim.person.id.to_string(),
            attempt: custody.attempt.unsigned_abs(),
        };
        self.outbox.enqueue(&mut tx, &fact).await?;
        tx.commit().await?;
        self.outbox.wake();
        Ok(Some(claim))
    }

    /// The runs that wait, in the order in which they will be served.
    pub(crate) async fn queue_order(&self) -> Result<Vec<RunId>> {
        let mut connection = self.pool.acquire().await?;
        Ok(queue(&mut connection, Only::All).await?.order())
    }

    async fn claimed(&self, tx: &mut PgConnection, id: RunId) -> Result<Claim> {
        let sql = format!("select {COLUMNS}, roles from run where id = $1");
        let row: ClaimRow = sqlx::query_as(AssertSqlSafe(sql)).bind(id).fetch_one(tx).await?;
        let roles = row.roles.iter().map(|role| role.parse()).collect::<std::result::Result<_, _>>();
        let roles = roles.map_err(|_| StoreError::Column("run.roles"))?;
        let attempt = row.run.attempt;
        let run = self.open(row.run)?;
        let person = Person { id: run.user, name: run.user_name.clone(), roles };
        Ok(Claim { run, person, attempt })
    }
}

/// Which waiting runs count.
#[derive(PartialEq, Eq)]
enum Only {
    /// Those whose command has come.
    Ready,
    All,
}

async fn queue(connection: &mut PgConnection, only: Only) -> Result<Queue> {
    let rows: Vec<OpenRow> = sqlx::query_as(
        "select run.id, run.user_id, run.queued_at, run.state, run.ready, served.at as served
         from run left join served on served.user_id = run.user_id
         where run.state in ('queued', 'running')",
    )
    .fetch_all(connection)
    .await?;
    let mut queue = Queue { running: HashMap::new(), ..Queue::default() };
    for row in rows {
        if let Some(at) = row.served {
            queue.served.insert(row.user_id, at);
        }
        if row.state == State::Running.as_str() {
            *queue.running.entry(row.user_id).or_default() += 1;
        } else if row.ready || only == Only::All {
            queue.waiting.push(Waiting { run: row.id, user: row.user_id, queued_at: row.queued_at });
        }
    }
    Ok(queue)
}
