//! The spans of a try: in the trace of the command while it is fresh, linked to it afterwards.

use std::time::Duration;

use ::tracing::Instrument as _;
use chrono::TimeDelta;
use coffer_runtime::ChassisSettings;
use coffer_runtime::telemetry::Telemetry;
use coffer_testkit::TraceCollector;

use crate::support::World;
use crate::support::scripted::{Act, ScriptedServer};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_prompt_try_belongs_to_its_command_and_a_later_one_is_linked() {
    let collector = TraceCollector::start().await;
    let settings =
        ChassisSettings { otlp_endpoint: Some(collector.endpoint()), ..ChassisSettings::default() };
    let telemetry = Telemetry::install("mailer", "0.0.0", "here", &settings).unwrap();
    let server = ScriptedServer::start(&[("RCPT", Act::Reply(450))]).await;
    let world = World::start(server.address).await;
    let id = world.send().instrument(::tracing::info_span!("decision")).await;
    world.wait_for(id, "deferred").await;
    server.set("RCPT", Act::Reply(250));
    world.pass(TimeDelta::minutes(10));
    world.wait_for(id, "sent").await;
    telemetry.flush().await;

    let tries = |spans: &[_]| -> usize {
        spans.iter().filter(|span: &&coffer_testkit::SpanData| span.name == "smtp send").count()
    };
    let spans = collector.wait_for(Duration::from_secs(5), |spans| tries(spans) >= 2).await;
    let decision = spans.iter().find(|span| span.name == "decision").unwrap();
    let tries: Vec<_> = spans.iter().filter(|span| span.name == "smtp send").collect();
    let outcome = |wanted: &str| {
        tries.iter().find(|span| span.attributes.get("email.outcome").is_some_and(|is| is == wanted)).unwrap()
    };
    let (prompt, late) = (outcome("deferred"), outcome("sent"));
    assert_eq!(prompt.kind, "SPAN_KIND_CLIENT");
    assert_eq!(prompt.trace_id, decision.trace_id);
    assert_eq!(prompt.attributes["smtp.reply_class"], "4xx");
    assert_ne!(late.trace_id, decision.trace_id);
    assert_eq!(late.linked_traces, std::slice::from_ref(&decision.trace_id));
    let guard = spans.iter().find(|span| span.name == "ask coffer.svc.consent.mail.permitted.v1").unwrap();
    assert_eq!(guard.parent_span_id, late.span_id);
    let all = format!("{spans:?}");
    assert!(!all.contains("jo.doe") && !all.contains("Contact approved"));
}
