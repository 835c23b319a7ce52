//! The collector takes what an exporter sends.

use std::time::Duration;

use coffer_testkit::TraceCollector;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};

fn attribute(key: &str, value: &str) -> KeyValue {
    let value = AnyValue { value: Some(Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }
}

#[tokio::test]
async fn a_span_arrives_with_its_service() {
    let collector = TraceCollector::start().await;
    let span = Span {
        name: "decide".to_owned(),
        trace_id: vec![0xab; 16],
        span_id: vec![1; 8],
        attributes: vec![attribute("rule", "R09")],
        ..Span::default()
    };
    let resource =
        Resource { attributes: vec![attribute("service.name", "coffer-consent")], ..Resource::default() };
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource),
            scope_spans: vec![ScopeSpans { spans: vec![span], ..ScopeSpans::default() }],
            ..ResourceSpans::default()
        }],
    };
    let mut client = TraceServiceClient::connect(collector.endpoint()).await.unwrap();
    client.export(request).await.unwrap();

    let spans = collector.wait_for(Duration::from_secs(5), |spans| !spans.is_empty()).await;
    assert_eq!((spans[0].service.as_str(), spans[0].name.as_str()), ("coffer-consent", "decide"));
    assert_eq!(
        (spans[0].trace_id.as_str(), spans[0].span_id.as_str()),
        ("ab".repeat(16).as_str(), "0101010101010101")
    );
    assert_eq!(spans[0].attributes["rule"], "R09");
}
