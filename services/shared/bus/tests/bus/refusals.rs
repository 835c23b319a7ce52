//! What the bus does not accept, and what nobody may read: against a real database and a real broker.

use std::time::Duration;

use crate::support::{Harness, Rows, SPEC, submitted};
use async_nats::HeaderMap;
use coffer_bus::{BusError, ConsumerSpec};
use coffer_proto::mailer::v1::SendEmail;
use coffer_proto::{BusMessage, Stream};

fn command() -> SendEmail {
    SendEmail { email_id: "e1".to_owned(), text: "Dear Ms Fictional".to_owned(), ..SendEmail::default() }
}

#[tokio::test]
async fn a_command_is_unreadable_on_the_broker() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.enqueue(&command()).await.unwrap();
    let stored = harness.expect_stored(Stream::CmdMail, 1).await;
    assert!(!stored[0].payload.windows(9).any(|window| window == b"Fictional"));
    assert_eq!(stored[0].headers.get("coffer-sealed").unwrap().as_str(), "demo");
}

#[tokio::test]
async fn a_command_in_clear_or_under_another_id_is_parked() {
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    let spec = ConsumerSpec {
        durable: "test-commands",
        stream: Stream::CmdMail,
        filters: &["coffer.cmd.mailer.send.v1.>"],
        ..SPEC
    };
    // No command may come as far as the handler, which would fail on it.
    harness.bus.consume(spec, harness.pool.clone(), Rows::default(), &harness.context).await.unwrap();
    harness.bus.declare(&[Stream::CmdMail], &[]).await.unwrap();

    // Somebody who may publish, yet has no key: a body in clear, and a sealed one that was copied from elsewhere.
    let stranger = harness.stranger().await;
    let subject = format!("{}.{}.e1", harness.broker.namespace, SendEmail::SUBJECT);
    let forged = |id: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("ce-id", id);
        headers.insert("ce-type", SendEmail::TYPE);
        headers.insert("ce-source", "/consent");
        headers.insert("ce-subject", "e1");
        headers.insert("ce-time", "2026-11-24T10:00:00Z");
        headers
    };
    let clear = forged("0192f000-0000-7000-8000-000000000001");
    let body = prost::Message::encode_to_vec(&command());
    stranger.publish_with_headers(subject.clone(), clear, body.into()).await.unwrap().await.unwrap();
    let mut copied = forged("0192f000-0000-7000-8000-000000000002");
    copied.insert("coffer-sealed", "demo");
    let settings = coffer_store::SealingSettings::default();
    let place = coffer_store::Place { table: "message", column: SendEmail::TYPE, row: uuid::Uuid::nil() };
    let body = coffer_store::Keyring::new(&settings).unwrap().seal(place, b"elsewhere");
    stranger.publish_with_headers(subject, copied, body.into()).await.unwrap().await.unwrap();

    let parked = harness.expect_stored(Stream::Parked, 2).await;
    let mut reasons: Vec<&str> =
        parked.iter().map(|message| message.headers.get("coffer-parked-reason").unwrap().as_str()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["the command is not sealed", "the sealed value does not belong here"]);
}

#[tokio::test]
async fn what_the_broker_would_never_take_is_refused_in_its_transaction() {
    let harness = Harness::start().await;
    let refused = harness.enqueue(&submitted(&"x".repeat(300_000))).await.unwrap_err();
    assert!(matches!(refused, BusError::TooLarge(300_000..)), "{refused}");
    let letter = SendEmail { text: "x".repeat(3_000_000), ..command() };
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.enqueue(&letter).await.unwrap();
    harness.expect_stored(Stream::CmdMail, 1).await;
}

#[tokio::test]
async fn another_definition_is_refused_with_the_difference() {
    let harness = Harness::start().await;
    harness.bus.declare(&Stream::ALL, &[SPEC]).await.unwrap();
    harness.bus.declare(&Stream::ALL, &[SPEC]).await.unwrap();
    let other = ConsumerSpec { ack_wait: Duration::from_secs(7), ..SPEC };
    let refused = harness.bus.declare(&[], &[other]).await.unwrap_err().to_string();
    assert!(refused.ends_with("ack_wait should be 7s and is 5s"), "{refused}");

    let stranger = harness.stranger().await;
    let stream = stranger.get_stream(harness.name(Stream::EvtMail)).await.unwrap();
    let mut theirs = stream.cached_info().config.clone();
    theirs.max_age = Duration::from_hours(24);
    stranger.update_stream(theirs).await.unwrap();
    let refused = harness.bus.declare(&[Stream::EvtMail], &[]).await.unwrap_err().to_string();
    assert!(refused.ends_with("max_age should be 7776000s and is 86400s"), "{refused}");
}
