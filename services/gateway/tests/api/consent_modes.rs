//! Consent modes by API.

use axum::http::StatusCode;
use coffer_proto::common::v1::Refusal;
use coffer_types::Role;
use serde_json::json;

use crate::client::{Client, pretty};
use crate::support::{Site, now, samples};

const PATH: &str = "/api/v1/consent-modes";

#[tokio::test]
async fn a_new_mode_is_recorded_as_sent() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Rdbm).await;
    let body = json!({
        "nhs_number": samples::NHS_NUMBER,
        "mode": "green",
        "prefers_email": true,
        "max_approaches_per_year": 2,
        "consent_after_discharge": true,
        "other_requests": " Mornings only. ",
        "decision": {"signed_by_patient": true},
        "decided_at": "2026-06-30T10:00:00+01:00",
        "skip_letter": true,
    });
    let added = client.post(PATH, &body).await.json(StatusCode::CREATED);
    assert_eq!((&added["mode"], &added["other_requests"]), (&json!("green"), &json!("Mornings only.")));
    assert_eq!(added["decided_at"], "2026-06-30T09:00:00Z");
    assert_eq!(added["decision"]["lack_capacity_signed_by_clinician"], false);
    let told = site.asked.state().modes.remove(0);
    assert!(told.skip_letter);
    assert_eq!(told.nhs_number, samples::NHS_NUMBER);
    assert_eq!(told.consent_mode.unwrap().max_approaches_per_year, 2);
    assert_eq!(site.audited().await, ["add_consent_mode"]);
}

#[tokio::test]
async fn what_is_left_out_is_false_and_decided_now() {
    let site = Site::start().await;
    let body = json!({"nhs_number": samples::NHS_NUMBER, "mode": "red"});
    Client::of(&site, Role::Rdbm).await.post(PATH, &body).await.json(StatusCode::CREATED);
    let told = site.asked.state().modes.remove(0);
    let mode = told.consent_mode.unwrap();
    assert!(!told.skip_letter && !mode.exclude_entirely && !mode.clinician_override);
    assert_eq!(mode.decided_at, Some(coffer_proto::timestamp(now())));
}

#[tokio::test]
async fn each_fault_names_its_field() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Rdbm).await;
    let wrong = json!({"nhs_number": "9990000019", "mode": "red"});
    let errors = client.post(PATH, &wrong).await.errors(StatusCode::UNPROCESSABLE_ENTITY);
    let expected = ("nhs_number".to_owned(), "the check digit of this NHS number is wrong".to_owned());
    assert_eq!(errors, std::slice::from_ref(&expected));
    let errors = client.get("/api/v1/patients/9990000019/consent-mode").await;
    assert_eq!(errors.errors(StatusCode::UNPROCESSABLE_ENTITY), [expected]);

    let wrong = json!({"nhs_number": samples::NHS_NUMBER, "mode": "red", "decided_at": "yesterday"});
    assert_eq!(client.post(PATH, &wrong).await.errors(StatusCode::UNPROCESSABLE_ENTITY)[0].0, "decided_at");
    let wrong = json!({"nhs_number": 9_990_000_018_u64, "mode": "red"});
    let reply = client.post(PATH, &wrong).await;
    assert_eq!(reply.errors(StatusCode::BAD_REQUEST)[0].0, "nhs_number");
    assert!(!reply.text.contains(samples::NHS_NUMBER));

    site.asked.state().refusal = Some(Refusal::invalid("consent_mode.decision", "Nobody signed."));
    let body = json!({"nhs_number": samples::NHS_NUMBER, "mode": "green"});
    let errors = client.post(PATH, &body).await.errors(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(errors, [("decision".to_owned(), "Nobody signed.".to_owned())]);
    assert!(site.asked.state().modes.is_empty());
}

#[tokio::test]
async fn the_current_mode_comes_with_its_history() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Rdbm).await;
    let path = format!("/api/v1/patients/{}/consent-mode", samples::NHS_NUMBER);
    let modes = client.get(&path).await.json(StatusCode::OK);
    assert_eq!(modes["history"].as_array().unwrap().len(), 2);
    insta::assert_snapshot!(pretty(&modes["current"]));
    assert_eq!(site.audited().await, ["look_up_consent_mode"]);
    let objects: Vec<String> =
        sqlx::query_scalar("select object from audit_entries").fetch_all(&site.pool).await.unwrap();
    assert_eq!(objects, [""]);
}
