//! Inbound HTTP, seen: a SERVER span per request, and rate, errors and duration per route.

use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use opentelemetry::KeyValue;
use opentelemetry::metrics::Histogram;
use opentelemetry_semantic_conventions::{attribute, metric};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::telemetry;

const X_TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");
/// Seconds, as the semantic conventions advise.
const BOUNDARIES: [f64; 14] =
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Traces and measures every request of the router; answers carry `x-trace-id`. Only the route's template
/// is recorded, never the path itself: that may hold the token of a link.
pub fn trace_http(router: Router) -> Router {
    let duration = telemetry::meter()
        .f64_histogram(metric::HTTP_SERVER_REQUEST_DURATION)
        .with_unit("s")
        .with_description("Duration of HTTP server requests.")
        .with_boundaries(BOUNDARIES.to_vec())
        .build();
    router.layer(middleware::from_fn_with_state(duration, observe))
}

async fn observe(State(duration): State<Histogram<f64>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let span = server_span(method, route.as_deref(), &request);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status();
    finish(&span, status, &mut response);
    let mut attributes = vec![
        KeyValue::new(attribute::HTTP_REQUEST_METHOD, method),
        KeyValue::new(attribute::HTTP_RESPONSE_STATUS_CODE, i64::from(status.as_u16())),
    ];
    attributes.extend(route.map(|route| KeyValue::new(attribute::HTTP_ROUTE, route)));
    duration.record(begun.elapsed().as_secs_f64(), &attributes);
    response
}

fn server_span(method: &'static str, route: Option<&str>, request: &Request) -> Span {
    let name = route.map_or_else(|| method.to_owned(), |route| format!("{method} {route}"));
    let span = tracing::info_span!(
        "http",
        otel.name = name,
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
    );
    if let Some(parent) = telemetry::parent_of(request.headers()) {
        // Fails only without an OpenTelemetry layer, where there is nothing to join.
        let _ = span.set_parent(parent);
    }
    span
}

fn finish(span: &Span, status: StatusCode, response: &mut Response) {
    span.record("http.response.status_code", status.as_u16());
    if status.is_server_error() {
        span.record("otel.status_code", "ERROR");
    }
    let trace_id = span.in_scope(telemetry::current_trace_id);
    if let Some(value) = trace_id.and_then(|id| HeaderValue::try_from(id).ok()) {
        response.headers_mut().insert(X_TRACE_ID, value);
    }
}

/// The method, unless a client made it up: attributes must stay few.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}
