//! Effects happen once, whatever is delivered how often: against a real database and a real broker.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::support::{Harness, Rows};
use coffer_bus::BusSettings;
use coffer_proto::Stream;

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
    let requests: Vec<&str> = requests.iter().map(String::as_str).collect();
    harness.publish_together(&requests).await;
    harness.consume(Rows::default()).await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.expect_effects(&requests).await;

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
    let mut headers = async_nats::HeaderMap::new();
    for name in ["ce-id", "ce-type", "ce-source", "ce-subject", "ce-time"] {
        headers.insert(name, stored[0].headers.get(name).unwrap().as_str());
    }
    let (subject, body) = (stored[0].subject.clone(), stored[0].payload.clone());
    harness.stranger().await.publish_with_headers(subject, headers, body).await.unwrap().await.unwrap();
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
    // The wait is longer than the broker may hold a message.
    let harness = Harness::with(BusSettings { retry_seconds: vec![200], ..BusSettings::default() }).await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows { failures: AtomicU32::new(1), ..Rows::default() }).await;
    harness.publish("a").await;
    end_wait(&harness).await;
    harness.expect_effects(&["a"]).await;

    // After its last wait a message that still fails is parked.
    harness.publish("panic").await;
    end_wait(&harness).await;
    let parked = harness.expect_stored(Stream::Parked, 1).await;
    assert_eq!(parked[0].headers.get("coffer-parked-attempts").unwrap().as_str(), "2");
    for _ in 0..50 {
        let waiting: i64 =
            sqlx::query_scalar("SELECT count(*) FROM due_messages").fetch_one(&harness.pool).await.unwrap();
        if waiting == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("a message waits although it was settled");
}

/// As soon as a message waits: its wait is over.
async fn end_wait(harness: &Harness) {
    let due = "UPDATE due_messages SET due_at = now() - interval '1 second'";
    while sqlx::query(due).execute(&harness.pool).await.unwrap().rows_affected() == 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn poison_is_parked_with_its_reason_and_blocks_nobody() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows::default()).await;
    // In one transaction, so that they are published as a batch.
    harness.publish_together(&["poison", "panic", "a"]).await;
    harness.expect_effects(&["a"]).await;
    let parked = harness.expect_stored(Stream::Parked, 2).await;
    let reasons: Vec<&str> =
        parked.iter().map(|message| message.headers.get("coffer-parked-reason").unwrap().as_str()).collect();
    assert_eq!(reasons, ["nobody can handle this", "the handler panicked"]);
    let attempts = parked[1].headers.get("coffer-parked-attempts").unwrap().as_str();
    assert_eq!(attempts, "3"); // one, and one after each delay
}
