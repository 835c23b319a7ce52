//! What is down, gone or slow costs time and nothing else: against a real database and a real broker.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::link::Link;
use crate::support::{Harness, Rows, SPEC};
use coffer_bus::{BusSettings, ConsumerSpec, Delivery, Handler, HandlerError};
use coffer_proto::Stream;
use coffer_proto::mailer::v1::SendEmail;
use coffer_types::SystemClock;
use sqlx::PgConnection;

#[tokio::test]
async fn a_message_after_a_quiet_time_is_handled_at_once() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows::default()).await;
    tokio::time::sleep(Duration::from_secs(7)).await;
    harness.publish("a").await;
    let published = Instant::now();
    harness.expect_effects(&["a"]).await;
    assert!(published.elapsed() < Duration::from_secs(2), "{:?}", published.elapsed());
}

#[tokio::test]
async fn what_is_written_without_a_broker_goes_out_when_it_is_back() {
    let broker = coffer_testkit::broker();
    let link = Link::to(&broker.url, true).await;
    let harness = Harness::on(broker, BusSettings { url: link.url(), ..BusSettings::default() }).await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows::default()).await;
    harness.publish("a").await;
    harness.expect_effects(&["a"]).await;

    link.cut();
    for request in ["b", "c", "d"] {
        harness.publish(request).await;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(harness.effects().await, ["a"]);

    link.mend();
    let mended = Instant::now();
    harness.expect_effects(&["a", "b", "c", "d"]).await;
    assert!(mended.elapsed() < Duration::from_secs(8), "{:?}", mended.elapsed());
}

#[tokio::test]
async fn a_service_that_starts_without_a_broker_waits_for_it() {
    let broker = coffer_testkit::broker();
    let link = Link::to(&broker.url, false).await;
    let mend = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        link.mend();
    };
    // Declaring the streams is what waits.
    let settings = BusSettings { url: link.url(), ..BusSettings::default() };
    let (harness, ()) = tokio::join!(Harness::on(broker, settings), mend);
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows::default()).await;
    harness.publish("a").await;
    harness.expect_effects(&["a"]).await;
}

#[tokio::test]
async fn a_consumer_that_was_deleted_is_back_and_what_it_brings_again_is_absorbed() {
    let harness = Harness::start().await;
    let calls = Arc::new(AtomicU32::new(0));
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows { calls: calls.clone(), ..Rows::default() }).await;
    harness.publish("a").await;
    harness.expect_effects(&["a"]).await;

    // The new consumer knows no acknowledgements: as after a crash between commit and acknowledgement.
    let stream = harness.stranger().await.get_stream(harness.name(SPEC.stream)).await.unwrap();
    stream.delete_consumer(SPEC.durable).await.unwrap();
    harness.publish("b").await;
    harness.expect_effects(&["a", "b"]).await;
    let mut consumer =
        stream.get_consumer::<async_nats::jetstream::consumer::Config>(SPEC.durable).await.unwrap();
    let state = consumer.info().await.unwrap();
    assert_eq!((state.ack_floor.stream_sequence, state.num_ack_pending), (2, 0));
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_stream_that_takes_nothing_does_not_hold_up_the_others() {
    let harness = Harness::start().await;
    harness.stranger().await.delete_stream(harness.name(Stream::CmdMail)).await.unwrap();
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows::default()).await;
    let command = SendEmail { email_id: "e1".to_owned(), ..SendEmail::default() };
    harness.enqueue(&command).await.unwrap();
    harness.publish("a").await;
    harness.expect_effects(&["a"]).await;

    harness.bus.declare(&[Stream::CmdMail], &[]).await.unwrap();
    harness.expect_stored(Stream::CmdMail, 1).await;
}

#[tokio::test]
async fn a_relay_whose_session_is_ended_leads_again() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows::default()).await;
    harness.publish("a").await;
    harness.expect_effects(&["a"]).await;
    let ended = sqlx::query(
        "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database
         WHERE locktype = 'advisory' AND datname = current_database()",
    );
    assert_eq!(ended.execute(&harness.pool).await.unwrap().rows_affected(), 1);
    harness.publish("b").await;
    harness.expect_effects(&["a", "b"]).await;
}

#[tokio::test]
async fn messages_that_come_while_a_process_stops_are_there_for_the_next_one_at_once() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows::default()).await;
    harness.publish("000").await;
    harness.expect_effects(&["000"]).await;

    let (next, context) = harness.next_process(Arc::new(SystemClock)).await;
    next.relay(harness.pool.clone(), &context);
    let requests: Vec<String> = (0..40).map(|n| format!("{n:03}")).collect();
    for request in &requests[1..] {
        harness.publish(request).await;
        harness.context.shutdown.start();
    }
    next.consume(SPEC, harness.pool.clone(), Rows::default(), &context).await.unwrap();
    let started = Instant::now();
    harness.expect_effects(&requests.iter().map(String::as_str).collect::<Vec<_>>()).await;
    // Lost ones would come again after `ack_wait`, which is longer.
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[tokio::test]
async fn old_rows_go_and_young_ones_stay() {
    let harness = Harness::start().await;
    let fill = "INSERT INTO inbox (consumer, event_id, first_seen, done_at, outcome)
         SELECT 'old', gen_random_uuid(), now(), now() - make_interval(days => days), 'done'
         FROM unnest(ARRAY[99, 101, 102]) AS ages (days)";
    sqlx::query(fill).execute(&harness.pool).await.unwrap();
    harness.publish_together(&["a", "b"]).await;
    let age = "UPDATE outbox SET published_at = now() - interval '8 days' WHERE subject LIKE '%.a'";
    sqlx::query(age).execute(&harness.pool).await.unwrap();
    harness.bus.relay(harness.pool.clone(), &harness.context);
    for _ in 0..100 {
        let left: (i64, i64) =
            sqlx::query_as("SELECT (SELECT count(*) FROM inbox), (SELECT count(*) FROM outbox)")
                .fetch_one(&harness.pool)
                .await
                .unwrap();
        if left == (1, 1) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("old rows are still there");
}

/// Takes longer than the broker waits for an acknowledgement.
struct Slow(Arc<AtomicU32>);

impl Handler for Slow {
    async fn handle(&self, tx: &mut PgConnection, _: &Delivery) -> Result<(), HandlerError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(4)).await;
        sqlx::query("INSERT INTO effects VALUES ('slow')").execute(tx).await?;
        Ok(())
    }
}

#[tokio::test]
async fn a_slow_handler_is_left_in_peace() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    let calls = Arc::new(AtomicU32::new(0));
    let spec = ConsumerSpec { ack_wait: Duration::from_secs(2), ..SPEC };
    let handler = Slow(calls.clone());
    harness.bus.consume(spec, harness.pool.clone(), handler, &harness.context).await.unwrap();
    harness.publish("a").await;
    harness.expect_effects(&["slow"]).await;
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}
