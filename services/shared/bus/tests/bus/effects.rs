//! Effects happen once, whatever is delivered how often: against a real database and a real broker.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::support::{Harness, Rows, SPEC};
use coffer_bus::{BusSettings, ConsumerSpec};
use coffer_proto::Stream;
use coffer_proto::mailer::v1::SendEmail;

#[tokio::test]
async fn a_row_of_the_outbox_has_one_effect() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows::default()).await;
    for request in ["a", "b", "c"] {
        harness.publish(request).await;
    }
    harness.expect_effects(&["a", "b", "c"]).await;
}

#[tokio::test]
async fn three_hundred_rows_that_waited_go_out_in_batches_in_their_order() {
    let harness = Harness::start().await;
    let requests: Vec<String> = (0..300).map(|n| format!("{n:03}")).collect();
    for request in &requests {
        harness.publish(request).await;
    }
    harness.consume(Rows::default()).await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.expect_effects(&requests.iter().map(String::as_str).collect::<Vec<_>>()).await;

    let stored = harness.stored(Stream::EvtConsent).await;
    let ids: Vec<&str> = stored.iter().map(|message| message.subject.rsplit('.').next().unwrap()).collect();
    assert_eq!(ids, requests);
    let batched = stored.iter().filter(|message| message.headers.get("Nats-Batch-Id").is_some()).count();
    assert_eq!(batched, 300);
}

#[tokio::test]
async fn rows_published_twice_have_one_effect() {
    let harness = Harness::start().await;
    let calls = Arc::new(AtomicU32::new(0));
    harness.bus.relay(harness.pool.clone(), &harness.context);
    for request in ["a", "b", "c"] {
        harness.publish(request).await;
    }
    harness.consume(Rows { calls: calls.clone(), ..Rows::default() }).await;
    harness.expect_effects(&["a", "b", "c"]).await;

    // The relay crashed after publishing and before marking: it publishes again, as a refused batch first.
    sqlx::query("UPDATE outbox SET published_at = NULL").execute(&harness.pool).await.unwrap();
    harness.bus.outbox().wake();
    harness.expect_effects(&["a", "b", "c"]).await;
    let open: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox WHERE published_at IS NULL")
        .fetch_one(&harness.pool)
        .await
        .unwrap();
    assert_eq!((open, calls.load(Ordering::SeqCst)), (0, 3));

    // The same message outside the broker's window for duplicates: the inbox absorbs it.
    let stored = harness.stored(Stream::EvtConsent).await;
    let client = async_nats::connect(&harness.broker.url).await.unwrap();
    let mut headers = stored[0].headers.clone();
    headers.insert("Nats-Msg-Id", "another");
    client.publish_with_headers(stored[0].subject.clone(), headers, stored[0].payload.clone()).await.unwrap();
    client.flush().await.unwrap();
    harness.expect_effects(&["a", "b", "c"]).await;
    assert_eq!(calls.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_failure_is_tried_again_and_leaves_no_half_effect() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows { failures: AtomicU32::new(2), ..Rows::default() }).await;
    harness.publish("a").await;
    harness.expect_effects(&["a"]).await;
    let attempts: i32 =
        sqlx::query_scalar("SELECT attempts FROM inbox").fetch_one(&harness.pool).await.unwrap();
    assert_eq!(attempts, 2);
}

#[tokio::test]
async fn a_long_wait_is_spent_in_the_database() {
    // The second wait is longer than the broker may hold a message.
    let harness = Harness::with(BusSettings { retry_seconds: vec![200], ..BusSettings::default() }).await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows { failures: AtomicU32::new(1), ..Rows::default() }).await;
    harness.publish("a").await;
    let due = "UPDATE due_messages SET due_at = now() - interval '1 second'";
    while sqlx::query(due).execute(&harness.pool).await.unwrap().rows_affected() == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    harness.expect_effects(&["a"]).await;
    let waiting: i64 =
        sqlx::query_scalar("SELECT count(*) FROM due_messages").fetch_one(&harness.pool).await.unwrap();
    assert_eq!(waiting, 0);
}

#[tokio::test]
async fn poison_is_parked_with_its_reason_and_blocks_nobody() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows::default()).await;
    for request in ["poison", "panic", "a"] {
        harness.publish(request).await;
    }
    harness.expect_effects(&["a"]).await;
    for _ in 0..100 {
        if harness.stored(Stream::Parked).await.len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let parked = harness.stored(Stream::Parked).await;
    let reasons: Vec<&str> =
        parked.iter().map(|message| message.headers.get("coffer-parked-reason").unwrap().as_str()).collect();
    assert_eq!(reasons, ["nobody can handle this", "the handler panicked"]);
    let attempts = parked[1].headers.get("coffer-parked-attempts").unwrap().as_str();
    assert_eq!(attempts, "3"); // one, and one after each delay
}

#[tokio::test]
async fn a_command_is_unreadable_on_the_broker() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    let mut tx = harness.pool.begin().await.unwrap();
    let command =
        SendEmail { email_id: "e1".to_owned(), text: "Dear Ms Fictional".to_owned(), ..Default::default() };
    harness.bus.outbox().enqueue(&mut tx, &command).await.unwrap();
    tx.commit().await.unwrap();
    harness.bus.outbox().wake();
    let stored = loop {
        let stored = harness.stored(Stream::CmdMail).await;
        if let Some(message) = stored.into_iter().next() {
            break message;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let readable = stored.payload.windows(9).any(|window| window == b"Fictional");
    assert!(!readable);
    assert_eq!(stored.headers.get("coffer-sealed").unwrap().as_str(), "demo");
}

#[tokio::test]
async fn another_definition_is_refused_with_the_difference() {
    let harness = Harness::start().await;
    harness.bus.declare(&Stream::ALL, &[SPEC]).await.unwrap();
    harness.bus.declare(&Stream::ALL, &[SPEC]).await.unwrap();
    let other = ConsumerSpec { ack_wait: Duration::from_secs(7), ..SPEC };
    let refused = harness.bus.declare(&[], &[other]).await.unwrap_err().to_string();
    assert!(refused.ends_with("ack_wait should be 7s and is 5s"), "{refused}");
}

#[tokio::test]
async fn a_message_that_waits_for_a_slot_is_there_for_the_next_process_at_once() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows::default()).await;
    harness.publish("a").await;
    harness.expect_effects(&["a"]).await;
    harness.context.shutdown.start();
    tokio::time::sleep(Duration::from_millis(300)).await;

    // The next process: same database, same namespace. Its pull must not wait for the old one's.
    let next = coffer_runtime::Context::for_test(Arc::new(coffer_types::SystemClock));
    let settings = BusSettings {
        url: harness.broker.url.clone(),
        namespace: harness.broker.namespace.clone(),
        ..BusSettings::default()
    };
    let bus = coffer_bus::Bus::connect(&settings, "consent", &next).await.unwrap();
    bus.relay(harness.pool.clone(), &next);
    bus.consume(SPEC, harness.pool.clone(), Rows::default(), &next).await.unwrap();
    harness.publish("b").await;
    bus.outbox().wake();
    let started = std::time::Instant::now();
    harness.expect_effects(&["a", "b"]).await;
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_message_after_a_quiet_time_is_handled_at_once() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows::default()).await;
    tokio::time::sleep(Duration::from_secs(7)).await;
    harness.publish("a").await;
    let published = std::time::Instant::now();
    harness.expect_effects(&["a"]).await;
    assert!(published.elapsed() < Duration::from_secs(2), "{:?}", published.elapsed());
}
