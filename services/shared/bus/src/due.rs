//! Messages that wait long for their next attempt: rows with a due time, handled here when it has come.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use coffer_runtime::CancellationToken;
use coffer_types::EventId;
use sqlx::PgConnection;
use sqlx::types::Json;
use tracing::Instrument;

use crate::BusError;
use crate::consume::{Incoming, Verdict, Worker, process};
use crate::delivery::Handler;
use crate::envelope::Headers;
use crate::settle;

const POLL: Duration = Duration::from_secs(1);

#[derive(sqlx::FromRow)]
struct Due {
    event_id: EventId,
    subject: String,
    headers: Json<Headers>,
    body: Vec<u8>,
}

/// Keeps a message until its next attempt.
pub(crate) async fn put_off<H>(
    worker: &Worker<H>,
    incoming: &Incoming,
    wait: Duration,
) -> Result<(), BusError> {
    let due_at = worker.bus.clock.now() + TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX);
    sqlx::query(
        "INSERT INTO due_messages (consumer, event_id, due_at, subject, headers, body)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (consumer, event_id) DO UPDATE SET due_at = $3",
    )
    .bind(worker.spec.durable)
    .bind(incoming.event_id())
    .bind(due_at)
    .bind(&incoming.subject)
    .bind(Json(&incoming.headers))
    .bind(&incoming.body[..])
    .execute(&worker.pool)
    .await?;
    Ok(())
}

/// Handles due messages until the service stops.
pub(crate) async fn handle_until<H: Handler>(
    worker: Arc<Worker<H>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    while !stop.is_cancelled() {
        match handle_one(&worker).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "due messages wait");
            }
        }
        stop.run_until_cancelled(tokio::time::sleep(POLL)).await;
    }
    Ok(())
}

/// Handles the message that is due longest. Its row stays locked meanwhile, so that no replica takes it too.
async fn handle_one<H: Handler>(worker: &Worker<H>) -> Result<bool, BusError> {
    let mut tx = worker.pool.begin().await?;
    let due: Option<Due> = sqlx::query_as(
        "SELECT event_id, subject, headers, body FROM due_messages
         WHERE consumer = $1 AND due_at <= $2 ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED",
    )
    .bind(worker.spec.durable)
    .bind(worker.bus.clock.now())
    .fetch_optional(&mut *tx)
    .await?;
    let Some(Due { event_id, subject, headers, body }) = due else { return Ok(false) };
    let incoming = Incoming { subject, headers: headers.0, body: body.into() };
    let wait = attempt(worker, &incoming).instrument(worker.span(&incoming)).await?;
    finish(worker, &mut tx, event_id, wait).await?;
    tx.commit().await?;
    Ok(true)
}

/// Handles a message once more; gives how long to wait if it is to be handled yet again.
async fn attempt<H: Handler>(worker: &Worker<H>, incoming: &Incoming) -> Result<Option<Duration>, BusError> {
    let (attempts, reason, wait) = match process(worker, incoming).await {
        Verdict::Done => return Ok(None),
        Verdict::Poison { attempts, reason } => (attempts, reason, None),
        Verdict::Again { attempts, reason } => (attempts, reason, settle::delay(&worker.bus, attempts)),
    };
    if wait.is_none() {
        settle::park_for_good(worker, incoming, &reason, attempts).await?;
    }
    Ok(wait)
}

async fn finish<H>(
    worker: &Worker<H>,
    tx: &mut PgConnection,
    id: EventId,
    keep: Option<Duration>,
) -> sqlx::Result<()> {
    let durable = worker.spec.durable;
    let statement = match keep {
        None => sqlx::query("DELETE FROM due_messages WHERE consumer = $1 AND event_id = $2")
            .bind(durable)
            .bind(id),
        Some(wait) => {
            sqlx::query("UPDATE due_messages SET due_at = $3 WHERE consumer = $1 AND event_id = $2")
                .bind(durable)
                .bind(id)
                .bind(worker.bus.clock.now() + TimeDelta::from_std(wait).unwrap_or(TimeDelta::MAX))
        }
    };
    statement.execute(tx).await.map(drop)
}
