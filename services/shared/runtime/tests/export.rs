//! Spans on their way to a real OTLP collector: names, parents, resource, and what is never in them.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use coffer_runtime::telemetry::Telemetry;
use coffer_runtime::{ChassisSettings, trace_http};
use coffer_testkit::{SpanData, TraceCollector};
use tower::ServiceExt;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const RECORDED: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const NOT_RECORDED: &str = "00-5bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

async fn ask(router: &Router, parent: &str) {
    let request = Request::get("/answers/s3cr3t").header("traceparent", parent).body(Body::empty()).unwrap();
    router.clone().oneshot(request).await.unwrap();
}

async fn answer() -> StatusCode {
    tracing::info_span!("work").in_scope(|| StatusCode::INTERNAL_SERVER_ERROR)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_exported_under_its_callers_span() {
    let collector = TraceCollector::start().await;
    let settings =
        ChassisSettings { otlp_endpoint: Some(collector.endpoint()), ..ChassisSettings::default() };
    let telemetry = Telemetry::install("test", "0.0.0", "here", &settings).unwrap();
    let router = trace_http(Router::new().route("/answers/{token}", get(answer)));
    ask(&router, RECORDED).await;
    ask(&router, NOT_RECORDED).await;
    telemetry.flush().await;

    let spans = collector.wait_for(Duration::from_secs(5), |spans| spans.len() >= 2).await;
    assert!(spans.iter().all(|span| span.trace_id == TRACE), "the caller decides what is recorded");
    let find = |name: &str| -> &SpanData { spans.iter().find(|span| span.name == name).unwrap() };
    let (server, work) = (find("GET /answers/{token}"), find("work"));
    assert_eq!((server.kind, server.service.as_str()), ("SPAN_KIND_SERVER", "coffer-test"));
    assert_eq!(server.parent_span_id, "00f067aa0ba902b7");
    assert_eq!(work.parent_span_id, server.span_id);
    assert_eq!(server.attributes["http.response.status_code"], "500");
    assert!(!format!("{spans:?}").contains("s3cr3t"));
}
