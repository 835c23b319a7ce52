//! What the bus counts. Labels are names of consumers and subjects, never ids.

use std::sync::LazyLock;
use std::time::Duration;

use coffer_runtime::{Context, telemetry};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram};
use sqlx::PgPool;

use crate::Bus;

const OUTBOX_LOOK: Duration = Duration::from_secs(10);

struct Instruments {
    consumed: Counter<u64>,
    redelivered: Counter<u64>,
    parked: Counter<u64>,
    connection: Counter<u64>,
    asked: Histogram<f64>,
    outbox_depth: Gauge<i64>,
    outbox_oldest: Gauge<f64>,
}

static INSTRUMENTS: LazyLock<Instruments> = LazyLock::new(|| {
    let meter = telemetry::meter();
    Instruments {
        consumed: meter.u64_counter("coffer.bus.consumed").build(),
        redelivered: meter.u64_counter("coffer.bus.redelivered").build(),
        parked: meter.u64_counter("coffer.bus.parked").build(),
        connection: meter.u64_counter("coffer.bus.connection_events").build(),
        asked: meter.f64_histogram("coffer.bus.ask.duration").with_unit("s").build(),
        outbox_depth: meter.i64_gauge("coffer.outbox.depth").build(),
        outbox_oldest: meter.f64_gauge("coffer.outbox.oldest").with_unit("s").build(),
    }
});

pub(crate) fn consumed(durable: &'static str, outcome: &'static str) {
    INSTRUMENTS.consumed.add(1, &[KeyValue::new("consumer", durable), KeyValue::new("outcome", outcome)]);
}

pub(crate) fn redelivered(durable: &'static str) {
    INSTRUMENTS.redelivered.add(1, &[KeyValue::new("consumer", durable)]);
}

pub(crate) fn parked(durable: &'static str) {
    INSTRUMENTS.parked.add(1, &[KeyValue::new("consumer", durable)]);
}

pub(crate) fn connection_event(event: &'static str) {
    INSTRUMENTS.connection.add(1, &[KeyValue::new("event", event)]);
}

pub(crate) fn asked(subject: &'static str, outcome: &'static str, took: Duration) {
    let labels = [KeyValue::new("subject", subject), KeyValue::new("outcome", outcome)];
    INSTRUMENTS.asked.record(took.as_secs_f64(), &labels);
}

/// Looks at the outbox from time to time.
pub(crate) fn watch_outbox(bus: &Bus, pool: &PgPool, context: &Context) {
    let (bus, pool, stop) = (bus.clone(), pool.clone(), context.shutdown.token());
    context.spawn("outbox metrics", async move {
        while stop.run_until_cancelled(tokio::time::sleep(OUTBOX_LOOK)).await.is_some() {
            // A database that is away shows in /readyz; this look just waits for the next.
            if let Ok((depth, oldest)) = outbox_backlog(&bus, &pool).await {
                INSTRUMENTS.outbox_depth.record(depth, &[]);
                INSTRUMENTS.outbox_oldest.record(oldest, &[]);
            }
        }
        Ok(())
    });
}

/// Unpublished rows, and the age of the oldest in seconds.
async fn outbox_backlog(bus: &Bus, pool: &PgPool) -> sqlx::Result<(i64, f64)> {
    sqlx::query_as(
        "SELECT count(*), coalesce(extract(epoch FROM $1 - min(created_at)), 0)::float8
         FROM outbox WHERE published_at IS NULL",
    )
    .bind(bus.clock.now())
    .fetch_one(pool)
    .await
}
