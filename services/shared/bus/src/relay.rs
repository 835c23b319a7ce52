//! The relay: one per database takes outbox rows in order and publishes them, whatever crashed before.

use std::time::Duration;

use coffer_proto::Stream;
use coffer_runtime::{CancellationToken, Context};
use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};

use crate::publish::{Row, publish};
use crate::{Bus, BusError, metrics};

/// Identifies the lock among all advisory locks of the database: "coffer" in ASCII.
const LOCK: i64 = 0x636f_6666_6572;
/// Rows, and bytes, of one stream that are taken at once.
const BATCH: i64 = 100;
const BATCH_BYTES: i64 = 8 * 1024 * 1024;
const POLL: Duration = Duration::from_millis(100);
const RETRY: Duration = Duration::from_secs(1);
const UPKEEP_EVERY: Duration = Duration::from_mins(10);
/// Few enough for a statement of everyday length.
const CLEANED_AT_ONCE: i64 = 5_000;

impl Bus {
    /// Starts the relay of this database. Replicas agree by a lock that one of them leads.
    pub fn relay(&self, pool: PgPool, context: &Context) {
        let (bus, stop) = (self.clone(), context.shutdown.token());
        metrics::watch_outbox(&bus, &pool, context);
        context.spawn("outbox relay", async move {
            while !stop.is_cancelled() {
                if let Err(error) = lead(&bus, &pool, &stop).await {
                    tracing::warn!(error = &error as &dyn std::error::Error, "outbox relay waits");
                    pause(&stop, RETRY).await;
                }
            }
            Ok(())
        });
    }
}

async fn pause(stop: &CancellationToken, time: Duration) {
    stop.run_until_cancelled(tokio::time::sleep(time)).await;
}

/// Publishes as long as this session holds the lock.
async fn lead(bus: &Bus, pool: &PgPool, stop: &CancellationToken) -> Result<(), BusError> {
    let mut session = pool.acquire().await?;
    let leads: bool =
        sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut *session).await?;
    if !leads {
        drop(session);
        pause(stop, RETRY).await;
        return Ok(());
    }
    // Closing the session gives the lock back, also after an error.
    session.close_on_drop();
    let mut upkeep = tokio::time::interval(UPKEEP_EVERY);
    while !stop.is_cancelled() {
        if publish_waiting(bus, &mut session).await? == 0 {
            tokio::select! {
                () = bus.rows.notified() => {}
                () = tokio::time::sleep(POLL) => {}
                () = stop.cancelled() => {}
                _ = upkeep.tick() => clean(bus, &mut session).await?,
            }
        }
    }
    // Rows that were committed just before the stop.
    publish_waiting(bus, &mut session).await?;
    Ok(())
}

/// Publishes the next rows of each stream in their order; returns how many. A stream that takes none does not hold up
/// the others.
async fn publish_waiting(bus: &Bus, session: &mut PoolConnection<Postgres>) -> Result<usize, BusError> {
    if !bus.is_connected() {
        return Ok(0); // publishing would only wait for its time-out
    }
    let rows = waiting(session).await?;
    let mut outcome = Ok(rows.len());
    for same_stream in rows.chunk_by(|a, b| a.stream == b.stream) {
        let ids: Vec<i64> = same_stream.iter().map(|row| row.id).collect();
        match publish(bus, same_stream).await {
            Ok(()) => mark_published(bus, session, &ids).await?,
            Err(error) => {
                mark_failed(session, &ids, &error).await?;
                outcome = Err(error);
            }
        }
    }
    outcome
}

async fn waiting(session: &mut PoolConnection<Postgres>) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "SELECT waiting.id, waiting.stream, waiting.subject, waiting.headers, waiting.body
         FROM unnest($1::text[]) AS streams (name)
         CROSS JOIN LATERAL (
             SELECT *, sum(octet_length(body)) OVER (ORDER BY id) - octet_length(body) AS bytes_before
             FROM outbox WHERE published_at IS NULL AND stream = streams.name ORDER BY id LIMIT $2
         ) AS waiting
         WHERE waiting.bytes_before < $3
         ORDER BY waiting.stream, waiting.id",
    )
    .bind(Stream::ALL.map(Stream::name))
    .bind(BATCH)
    .bind(BATCH_BYTES)
    .fetch_all(&mut **session)
    .await
}

async fn mark_published(
    bus: &Bus,
    session: &mut PoolConnection<Postgres>,
    ids: &[i64],
) -> Result<(), BusError> {
    sqlx::query("UPDATE outbox SET published_at = $1, attempts = attempts + 1 WHERE id = ANY($2)")
        .bind(bus.clock.now())
        .bind(ids)
        .execute(&mut **session)
        .await?;
    Ok(())
}

async fn mark_failed(
    session: &mut PoolConnection<Postgres>,
    ids: &[i64],
    error: &BusError,
) -> Result<(), BusError> {
    sqlx::query("UPDATE outbox SET attempts = attempts + 1, last_error = $1 WHERE id = ANY($2)")
        .bind(error.to_string())
        .bind(ids)
        .execute(&mut **session)
        .await?;
    Ok(())
}

/// Published payloads stay a week, the interval of back-ups; inbox rows outlive the streams that could redeliver.
async fn clean(bus: &Bus, session: &mut PoolConnection<Postgres>) -> Result<(), BusError> {
    let now = bus.clock.now();
    sqlx::query("DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE published_at < $1 LIMIT $2)")
        .bind(now - chrono::TimeDelta::days(7))
        .bind(CLEANED_AT_ONCE)
        .execute(&mut **session)
        .await?;
    sqlx::query(
        "DELETE FROM inbox WHERE (consumer, event_id) IN
             (SELECT consumer, event_id FROM inbox WHERE done_at < $1 LIMIT $2)",
    )
    .bind(now - chrono::TimeDelta::days(100))
    .bind(CLEANED_AT_ONCE)
    .execute(&mut **session)
    .await?;
    Ok(())
}
