//! Spans of the bus, by the semantic conventions for messaging (1.44, "development"), so that one trace holds
//! the page, the decision and the e-mail.

use chrono::{DateTime, TimeDelta, Utc};
use coffer_proto::BusMessage;
use coffer_runtime::telemetry::parse_traceparent;
use coffer_types::EventId;
use opentelemetry::trace::TraceContextExt;
use tracing::{Span, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::envelope::{Headers, TRACEPARENT};

/// Work that starts later than this after its cause gets a trace of its own, linked to the first.
const PROMPT: TimeDelta = TimeDelta::minutes(5);

/// The moment a message is written; its context travels with the message.
pub(crate) fn creation<M: BusMessage>(id: EventId) -> Span {
    info_span!(
        "create",
        otel.name = format!("create {}", M::SUBJECT),
        otel.kind = "producer",
        "messaging.system" = "nats",
        "messaging.operation.name" = "create",
        "messaging.operation.type" = "create",
        "messaging.destination.template" = M::SUBJECT,
        "messaging.message.id" = %id,
    )
}

/// The relay hands a row to the broker.
pub(crate) fn publication(subject: &str, headers: &Headers) -> Span {
    let template = template(subject);
    let span = info_span!(
        "publish",
        otel.name = format!("publish {template}"),
        otel.kind = "client",
        "messaging.system" = "nats",
        "messaging.operation.name" = "publish",
        "messaging.operation.type" = "send",
        "messaging.destination.name" = subject,
        "messaging.destination.template" = template,
    );
    follow(&span, headers);
    span
}

/// A consumer handles a message.
pub(crate) fn processing(
    durable: &str,
    subject: &str,
    headers: &Headers,
    sent: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Span {
    let template = template(subject);
    let span = info_span!(
        "process",
        otel.name = format!("process {template}"),
        otel.kind = "consumer",
        "messaging.system" = "nats",
        "messaging.operation.name" = "process",
        "messaging.operation.type" = "process",
        "messaging.destination.name" = subject,
        "messaging.destination.template" = template,
        "messaging.consumer.group.name" = durable,
        "messaging.message.id" = headers.get(crate::envelope::ID).map(String::as_str),
        "error.type" = tracing::field::Empty,
    );
    if sent.is_some_and(|sent| now - sent > PROMPT) {
        link(&span, headers);
    } else {
        follow(&span, headers);
    }
    span
}

/// A question leaves.
pub(crate) fn asking(subject: &str) -> Span {
    info_span!(
        "ask",
        otel.name = format!("ask {subject}"),
        otel.kind = "client",
        "messaging.system" = "nats",
        "messaging.operation.name" = "ask",
        "messaging.operation.type" = "send",
        "messaging.destination.name" = subject,
        "error.type" = tracing::field::Empty,
    )
}

/// A question is answered.
pub(crate) fn answering(subject: &str, headers: &Headers) -> Span {
    let span = info_span!(
        "answer",
        otel.name = format!("answer {subject}"),
        otel.kind = "server",
        "messaging.system" = "nats",
        "messaging.operation.name" = "answer",
        "messaging.operation.type" = "process",
        "messaging.destination.name" = subject,
        "error.type" = tracing::field::Empty,
    );
    follow(&span, headers);
    span
}

/// The subject without the aggregate id at its end.
fn template(subject: &str) -> &str {
    subject.rsplit_once('.').map_or(subject, |(template, _)| template)
}

fn follow(span: &Span, headers: &Headers) {
    if let Some(parent) = headers.get(TRACEPARENT).and_then(|text| parse_traceparent(text)) {
        let _ = span.set_parent(parent); // fails only where no exporter is installed
    }
}

fn link(span: &Span, headers: &Headers) {
    if let Some(cause) = headers.get(TRACEPARENT).and_then(|text| parse_traceparent(text)) {
        span.add_link(cause.span().span_context().clone());
    }
}
