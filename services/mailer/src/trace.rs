//! A try belongs to the trace of its command when it follows soon, and is linked to it when it comes later.

use chrono::TimeDelta;
use coffer_runtime::telemetry::parse_traceparent;
use opentelemetry::trace::TraceContextExt as _;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Within this time a try is shown inside the command's trace; a later one would stretch it out of shape.
const PROMPT: TimeDelta = TimeDelta::minutes(5);

/// Ties the span of a try to the command's trace.
pub(crate) fn continue_from(span: &Span, traceparent: Option<&str>, waited: TimeDelta) {
    let Some(command) = traceparent.and_then(parse_traceparent) else { return };
    if waited <= PROMPT {
        // Fails only for a span that no layer records; then there is nothing to tie.
        span.set_parent(command).ok();
    } else {
        span.add_link(command.span().span_context().clone());
    }
}
