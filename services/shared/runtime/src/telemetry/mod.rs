//! Traces by OTLP, logs as JSON lines, metrics for `/metrics`: set up once per process.

mod log;
mod propagation;

use std::time::Duration;

use anyhow::Context as _;
use opentelemetry::metrics::Meter;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry::{KeyValue, global};
use opentelemetry_otlp::{SpanExporter, WithExportConfig};
use opentelemetry_prometheus_text_exporter::PrometheusExporter;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use opentelemetry_semantic_conventions::attribute;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::ChassisSettings;

pub use log::log_panics;
pub use propagation::{current_trace_id, current_traceparent, parent_of, parse_traceparent};

const NAMESPACE: &str = "coffer";
const EXPORT_TIMEOUT: Duration = Duration::from_secs(5);
/// Libraries below the exporter: spans of theirs would cause further exports.
const EXPORTER_TARGETS: [&str; 5] = ["h2", "hyper", "tonic", "tower", "opentelemetry"];

/// The meter of all instruments in this process.
pub fn meter() -> Meter {
    global::meter(NAMESPACE)
}

/// The telemetry of this process; clones share it.
#[derive(Clone)]
pub struct Telemetry {
    tracer: SdkTracerProvider,
    metrics: PrometheusExporter,
}

impl Telemetry {
    /// Sets up traces, logs and metrics. Needs a tokio runtime; only the first call in a process may succeed.
    pub fn install(
        name: &'static str,
        version: &'static str,
        instance: &str,
        settings: &ChassisSettings,
    ) -> anyhow::Result<Self> {
        let service = format!("coffer-{name}");
        let resource = resource(&service, version, instance);
        let metrics = PrometheusExporter::new();
        let meters =
            SdkMeterProvider::builder().with_reader(metrics.clone()).with_resource(resource.clone()).build();
        global::set_meter_provider(meters);
        let tracer = tracer(resource, settings)?;
        global::set_tracer_provider(tracer.clone());
        global::set_text_map_propagator(TraceContextPropagator::new());
        subscribe(service, &tracer, settings)?;
        Ok(Self { tracer, metrics })
    }

    /// All metrics in Prometheus' text format.
    pub fn metrics(&self) -> std::io::Result<Vec<u8>> {
        let mut text = Vec::new();
        self.metrics.export(&mut text)?;
        Ok(text)
    }

    /// Sends the spans that still wait, and stops. An unreachable collector costs a few seconds at most.
    pub async fn flush(self) {
        let stopped = tokio::task::spawn_blocking(move || self.tracer.shutdown_with_timeout(EXPORT_TIMEOUT));
        if let Ok(Err(error)) = stopped.await {
            tracing::warn!(%error, "some spans could not be sent");
        }
    }
}

fn resource(service: &str, version: &'static str, instance: &str) -> Resource {
    Resource::builder()
        .with_service_name(service.to_owned())
        .with_attributes([
            KeyValue::new(attribute::SERVICE_VERSION, version),
            KeyValue::new(attribute::SERVICE_INSTANCE_ID, instance.to_owned()),
            KeyValue::new(attribute::SERVICE_NAMESPACE, NAMESPACE),
        ])
        .build()
}

/// Without an endpoint spans still get ids, so that logs and pages can name a trace.
fn tracer(resource: Resource, settings: &ChassisSettings) -> anyhow::Result<SdkTracerProvider> {
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(settings.trace_ratio)));
    let builder = SdkTracerProvider::builder().with_sampler(sampler).with_resource(resource);
    let Some(endpoint) = &settings.otlp_endpoint else { return Ok(builder.build()) };
    let exporter = SpanExporter::builder()
        .with_tonic()
        .with_endpoint(endpoint)
        .with_timeout(EXPORT_TIMEOUT)
        .build()
        .context("chassis.otlp_endpoint")?;
    // In batches from a thread of its own with a bounded queue: a slow collector never blocks work.
    Ok(builder.with_batch_exporter(exporter).build())
}

fn subscribe(service: String, tracer: &SdkTracerProvider, settings: &ChassisSettings) -> anyhow::Result<()> {
    let lines = tracing_subscriber::fmt::layer()
        .event_format(log::JsonLine::new(service))
        .with_filter(EnvFilter::try_new(&settings.log).context("chassis.log")?);
    let quiet = EXPORTER_TARGETS.map(|target| (target, LevelFilter::OFF));
    let spans = tracing_opentelemetry::layer()
        .with_tracer(tracer.tracer(NAMESPACE))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_filter(Targets::new().with_default(LevelFilter::INFO).with_targets(quiet));
    tracing_subscriber::registry().with(spans).with(lines).try_init().context("logs are set up already")
}
