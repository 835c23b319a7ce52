//! Log lines: one JSON object each, with the trace they belong to.

use std::fmt;
use std::panic::PanicHookInfo;

use chrono::SecondsFormat;
use coffer_types::{Clock, SystemClock};
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use super::propagation;
use crate::context::panic_text;

/// Writes events as [`Line`]s.
pub(super) struct JsonLine {
    service: String,
}

/// One log line, its members in reading order.
#[derive(Serialize)]
struct Line<'a> {
    timestamp: String,
    level: &'static str,
    service: &'a str,
    message: Value,
    #[serde(flatten)]
    fields: Map<String, Value>,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span_id: Option<String>,
}

impl JsonLine {
    pub(super) fn new(service: String) -> Self {
        Self { service }
    }

    fn line<'a>(&'a self, event: &'a Event<'_>) -> Line<'a> {
        let mut fields = Map::new();
        event.record(&mut Fields(&mut fields));
        let span = propagation::current();
        Line {
            timestamp: SystemClock.now().to_rfc3339_opts(SecondsFormat::Micros, true),
            level: event.metadata().level().as_str(),
            service: &self.service,
            message: fields.remove("message").unwrap_or_default(),
            fields,
            target: event.metadata().target(),
            trace_id: span.as_ref().map(|span| span.trace_id().to_string()),
            span_id: span.as_ref().map(|span| span.span_id().to_string()),
        }
    }
}

impl<S, N> FormatEvent<S, N> for JsonLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let line = serde_json::to_string(&self.line(event)).map_err(|_| fmt::Error)?;
        writeln!(writer, "{line}")
    }
}

/// Collects the fields of an event.
struct Fields<'a>(&'a mut Map<String, Value>);

impl Fields<'_> {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, format!("{value:?}"));
    }
}

/// Panics become log lines like everything else.
pub fn log_panics() {
    std::panic::set_hook(Box::new(log_panic));
}

fn log_panic(info: &PanicHookInfo<'_>) {
    let location = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(location, panic = panic_text(info.payload()), "panic");
}
