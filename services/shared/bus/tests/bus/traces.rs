//! One trace holds a question, the fact that its answer writes, and what a consumer makes of that fact.

use std::sync::Arc;
use std::time::Duration;

use crate::support::{Harness, Rows, SPEC, submitted};
use chrono::TimeDelta;
use coffer_bus::ConsumerSpec;
use coffer_proto::common::v1::{Refusal, refusal};
use coffer_proto::consent::v1::{ListStudies, StudyList};
use coffer_runtime::ChassisSettings;
use coffer_runtime::telemetry::Telemetry;
use coffer_testkit::{SpanData, TraceCollector};
use coffer_types::{Clock, FixedClock, SystemClock};
use tracing::Instrument;

const QUESTION: &str = "coffer.svc.consent.study.list.v1";
const FACT: &str = "coffer.evt.consent.contact-request.submitted.v1";

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_goes_on_through_question_outbox_and_consumer() {
    let collector = TraceCollector::start().await;
    let settings =
        ChassisSettings { otlp_endpoint: Some(collector.endpoint()), ..ChassisSettings::default() };
    let telemetry = Telemetry::install("test", "0.0.0", "here", &settings).unwrap();
    let harness = Harness::start().await;
    harness.bus.relay(harness.pool.clone(), &harness.context);
    harness.consume(Rows::default()).await;
    // Another consumer reads the same fact ten minutes later.
    let (late, late_context) =
        harness.next_process(Arc::new(FixedClock::at(SystemClock.now() + TimeDelta::minutes(10)))).await;
    let spec = ConsumerSpec { durable: "test-late", ..SPEC };
    late.consume(spec, harness.pool.clone(), Rows::default(), &late_context).await.unwrap();

    let (pool, outbox) = (harness.pool.clone(), harness.bus.outbox());
    harness
        .bus
        .answers()
        .on::<ListStudies, _, _>(move |_| {
            let (pool, outbox) = (pool.clone(), outbox.clone());
            async move {
                let broken = |_| Refusal::new(refusal::Code::Internal, "");
                let mut tx = pool.begin().await.map_err(broken)?;
                outbox.enqueue(&mut tx, &submitted("a")).await.unwrap();
                tx.commit().await.map_err(broken)?;
                outbox.wake();
                Ok(StudyList::default())
            }
        })
        .serve(&harness.context)
        .await
        .unwrap();

    let page = tracing::info_span!("page");
    harness.bus.ask(&ListStudies::default()).instrument(page).await.unwrap();
    harness.expect_effects(&["a", "a"]).await;
    let metrics = String::from_utf8(telemetry.metrics().unwrap()).unwrap();
    for name in ["coffer_bus_consumed", "coffer_bus_ask_duration", "coffer_bus_connection_events"] {
        assert!(metrics.contains(name), "{name}: {metrics}");
    }
    telemetry.flush().await;

    let spans = collector.wait_for(Duration::from_secs(5), |spans| spans.len() >= 7).await;
    let find = |name: &str, kind: &str, parent: &str| -> &SpanData {
        let found = spans.iter().find(|span| {
            (span.name.as_str(), span.kind, span.parent_span_id.as_str()) == (name, kind, parent)
        });
        found.unwrap_or_else(|| panic!("{name} {kind} {parent}: {spans:#?}"))
    };
    let page = find("page", "SPAN_KIND_INTERNAL", "");
    let ask = find(&format!("ask {QUESTION}"), "SPAN_KIND_CLIENT", &page.span_id);
    let answer = find(&format!("answer {QUESTION}"), "SPAN_KIND_SERVER", &ask.span_id);
    let create = find(&format!("create {FACT}"), "SPAN_KIND_PRODUCER", &answer.span_id);
    let publish = find(&format!("publish {FACT}"), "SPAN_KIND_CLIENT", &create.span_id);
    let process = find(&format!("process {FACT}"), "SPAN_KIND_CONSUMER", &create.span_id);
    for span in [ask, answer, create, publish, process] {
        assert_eq!(span.trace_id, page.trace_id, "{}", span.name);
        assert_eq!(span.attributes["messaging.system"], "nats");
    }
    assert_eq!(process.attributes["messaging.destination.name"], format!("{FACT}.a"));
    assert_eq!(process.attributes["messaging.destination.template"], FACT);
    assert_eq!(process.attributes["messaging.consumer.group.name"], SPEC.durable);
    assert_eq!(process.attributes["messaging.message.id"], create.attributes["messaging.message.id"]);

    let later = find(&format!("process {FACT}"), "SPAN_KIND_CONSUMER", "");
    assert_ne!(later.trace_id, page.trace_id);
    assert_eq!(later.linked_traces, [page.trace_id.as_str()]);
}
