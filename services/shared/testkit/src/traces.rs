//! An OTLP collector inside the test: the spans that real services export.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span};
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

/// What a test asks of a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpanData {
    /// `service.name` of the process.
    pub service: String,
    /// The span's name.
    pub name: String,
    /// 32 hexadecimal digits.
    pub trace_id: String,
    /// 16 hexadecimal digits.
    pub span_id: String,
    /// Empty for a root.
    pub parent_span_id: String,
    /// `SPAN_KIND_SERVER` and so on.
    pub kind: &'static str,
    /// As text.
    pub attributes: BTreeMap<String, String>,
    /// Traces that this one is linked to.
    pub linked_traces: Vec<String>,
}

/// A running collector; it ends with this value.
#[derive(Debug)]
pub struct TraceCollector {
    address: SocketAddr,
    spans: Spans,
    _server: AbortOnDropHandle<()>,
}

impl TraceCollector {
    /// Starts on a free port of this machine.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port for the collector");
        let address = listener.local_addr().expect("a bound socket has an address");
        let spans = Spans::default();
        let service = TraceServiceServer::new(spans.clone()).max_decoding_message_size(64 * 1024 * 1024);
        let server = tonic::transport::Server::builder().add_service(service);
        let serving = tokio::spawn(async move {
            server.serve_with_incoming(TcpIncoming::from(listener)).await.ok();
        });
        Self { address, spans, _server: AbortOnDropHandle::new(serving) }
    }

    /// The value of `otlp_endpoint`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All spans that came so far.
    pub fn spans(&self) -> Vec<SpanData> {
        self.spans.all()
    }

    /// The spans, as soon as `enough` says so.
    ///
    /// # Panics
    /// When it still says no after `patience`.
    pub async fn wait_for(&self, patience: Duration, enough: impl Fn(&[SpanData]) -> bool) -> Vec<SpanData> {
        let end = tokio::time::Instant::now() + patience;
        loop {
            let spans = self.spans();
            if enough(&spans) {
                return spans;
            }
            assert!(tokio::time::Instant::now() < end, "not the spans that were waited for: {spans:#?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[derive(Debug, Clone, Default)]
struct Spans(Arc<Mutex<Vec<SpanData>>>);

impl Spans {
    fn all(&self) -> Vec<SpanData> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[tonic::async_trait]
impl TraceService for Spans {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let new = request.into_inner().resource_spans.into_iter().flat_map(of_resource);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(new);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

fn of_resource(resource_spans: ResourceSpans) -> impl Iterator<Item = SpanData> {
    let resource =
        attributes(resource_spans.resource.map(|resource| resource.attributes).unwrap_or_default());
    let service = resource.get("service.name").cloned().unwrap_or_default();
    let spans = resource_spans.scope_spans.into_iter().flat_map(|scope| scope.spans);
    spans.map(move |span| span_data(&service, span))
}

fn span_data(service: &str, span: Span) -> SpanData {
    SpanData {
        service: service.to_owned(),
        kind: span.kind().as_str_name(),
        trace_id: hex(&span.trace_id),
        span_id: hex(&span.span_id),
        parent_span_id: hex(&span.parent_span_id),
        linked_traces: span.links.iter().map(|link| hex(&link.trace_id)).collect(),
        attributes: attributes(span.attributes),
        name: span.name,
    }
}

fn attributes(pairs: Vec<KeyValue>) -> BTreeMap<String, String> {
    pairs.into_iter().map(|pair| (pair.key, text(pair.value))).collect()
}

fn text(value: Option<AnyValue>) -> String {
    match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::BoolValue(value)) => value.to_string(),
        Some(Value::IntValue(value)) => value.to_string(),
        Some(Value::DoubleValue(value)) => value.to_string(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}
