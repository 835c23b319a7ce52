//! Trace context across process borders, as W3C `traceparent`.

use axum::http::HeaderMap;
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt};
use opentelemetry_sdk::propagation::TraceContextPropagator;

const TRACEPARENT: &str = "traceparent";

/// The trace that the present span belongs to, in the form that people copy into a search box.
pub fn current_trace_id() -> Option<String> {
    current().map(|span| span.trace_id().to_string())
}

/// The present span as a `traceparent`, for an outbox row or a message header.
pub fn current_traceparent() -> Option<String> {
    current().map(|span| {
        format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags().to_u8() & 1)
    })
}

/// The remote span that a `traceparent` names, to set as a parent or to link to; `None` if it is no such thing.
pub fn parse_traceparent(traceparent: &str) -> Option<Context> {
    let carrier = Single(traceparent);
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier);
    context.span().span_context().is_valid().then_some(context)
}

/// The remote span that HTTP headers name.
pub fn parent_of(headers: &HeaderMap) -> Option<Context> {
    let context =
        TraceContextPropagator::new().extract_with_context(&Context::new(), &HeaderCarrier(headers));
    context.span().span_context().is_valid().then_some(context)
}

pub(super) fn current() -> Option<SpanContext> {
    let context = Context::current();
    let span = context.span();
    Some(span.span_context().clone()).filter(SpanContext::is_valid)
}

struct HeaderCarrier<'a>(&'a HeaderMap);

impl Extractor for HeaderCarrier<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(axum::http::HeaderName::as_str).collect()
    }
}

struct Single<'a>(&'a str);

impl Extractor for Single<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == TRACEPARENT).then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_comes_back_as_it_went() {
        let guard = parse_traceparent(PARENT).unwrap().attach();
        assert_eq!(current_traceparent().as_deref(), Some(PARENT));
        assert_eq!(current_trace_id().as_deref(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
        drop(guard);
        assert_eq!(current_trace_id(), None);
    }

    #[test]
    fn nonsense_is_no_parent() {
        assert!(parse_traceparent("00-zz-yy-01").is_none());
        assert!(parse_traceparent("").is_none());
    }
}
