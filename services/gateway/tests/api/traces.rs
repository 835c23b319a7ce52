//! What a call leaves behind: its trace by route, and nothing of the patient.

use axum::http::StatusCode;
use coffer_runtime::ChassisSettings;
use coffer_runtime::telemetry::Telemetry;
use coffer_testkit::TraceCollector;
use coffer_types::Role;

use crate::client::Client;
use crate::support::{Site, samples};

#[tokio::test(flavor = "multi_thread")]
async fn a_problem_names_its_trace_and_no_trace_names_a_patient() {
    let collector = TraceCollector::start().await;
    let settings =
        ChassisSettings { otlp_endpoint: Some(collector.endpoint()), ..ChassisSettings::default() };
    let telemetry = Telemetry::install("gateway", "0.0.0", "test", &settings).unwrap();
    let site = Site::start().await;
    let client = Client::of(&site, Role::Rdbm).await;

    let path = |number: &str| format!("/api/v1/patients/{number}/consent-mode");
    client.get(&path(samples::NHS_NUMBER)).await.json(StatusCode::OK);
    let wrong = client.get(&path("9990000019")).await;
    let problem = wrong.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["trace_id"], wrong.headers["x-trace-id"].to_str().unwrap());

    telemetry.flush().await;
    let spans = format!("{:?}", collector.spans());
    assert!(spans.contains("GET /api/v1/patients/{nhs_number}/consent-mode"), "{spans}");
    assert!(!spans.contains("999000001"), "{spans}");
}
