//! Requests seen from outside: the caller's trace goes on, and nothing but the route's template is kept.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use coffer_runtime::telemetry::{self, Telemetry};
use coffer_runtime::{ChassisSettings, trace_http};
use tower::ServiceExt;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

async fn ask(router: &Router, path: &str, parent: Option<&str>) -> (StatusCode, String) {
    let mut request = Request::builder().uri(path);
    if let Some(parent) = parent {
        request = request.header("traceparent", parent);
    }
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let trace_id = response.headers()["x-trace-id"].to_str().unwrap().to_owned();
    (response.status(), trace_id)
}

#[tokio::test]
async fn requests_are_traced_and_measured_by_route() {
    let telemetry = Telemetry::install("test", "0.0.0", "here", &ChassisSettings::default()).unwrap();
    let seen = get(async || telemetry::current_trace_id().unwrap_or_default());
    let router = trace_http(Router::new().route("/answers/{token}", seen));

    let (status, trace_id) = ask(&router, "/answers/s3cr3t", Some(PARENT)).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");

    let (_, own) = ask(&router, "/answers/s3cr3t", None).await;
    assert_ne!(own, trace_id);
    assert_eq!(own.len(), 32);
    assert_eq!(ask(&router, "/nowhere", None).await.0, StatusCode::NOT_FOUND);

    let metrics = String::from_utf8(telemetry.metrics().unwrap()).unwrap();
    assert!(metrics.contains("http_server_request_duration_seconds_bucket"), "{metrics}");
    assert!(metrics.contains(r#"http_route="/answers/{token}""#), "{metrics}");
    assert!(!metrics.contains("s3cr3t") && !metrics.contains("nowhere"), "{metrics}");
}
