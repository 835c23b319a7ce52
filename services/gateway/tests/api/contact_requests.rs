//! Contact requests by API.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::patient_key::Key;
use coffer_types::Role;
use serde_json::{Value, json};

use crate::client::{Client, pretty};
use crate::support::{Site, samples};

const PATH: &str = "/api/v1/contact-requests";

fn body(patients: &Value) -> Value {
    json!({"study_id": samples::STUDY, "direct_approach": true, "patients": patients})
}

#[tokio::test]
async fn studies_are_those_of_the_caller() {
    let site = Site::start().await;
    let studies = Client::of(&site, Role::Researcher).await.get("/api/v1/studies").await.json(StatusCode::OK);
    assert_eq!(studies["studies"].as_array().unwrap().len(), 2);
    insta::assert_snapshot!(pretty(&studies["studies"][0]));
}

#[tokio::test]
async fn a_list_of_patients_becomes_requests_with_the_callers_key() {
    let site = Site::start().await;
    let request = Request::post(PATH)
        .header("content-type", "application/json; charset=utf-8")
        .header("idempotency-key", "run-7")
        .body(Body::from(body(&json!([{"rid": "a1"}, {"mrid": "b2"}])).to_string()))
        .unwrap();
    let reply = Client::of(&site, Role::Researcher).await.send(request).await;
    let made = json!({"id": samples::REQUEST, "status": "in_progress"});
    assert_eq!(reply.json(StatusCode::ACCEPTED), json!({"contact_requests": [made, made]}));

    let submitted = site.asked.state().submitted.remove(0);
    assert_eq!((submitted.study_id.as_str(), submitted.direct_approach), (samples::STUDY, true));
    assert_eq!(submitted.idempotency_key, "run-7");
    let keys: Vec<_> = submitted.patients.into_iter().filter_map(|patient| patient.key).collect();
    assert_eq!(keys, [Key::Rid("a1".to_owned()), Key::Mrid("b2".to_owned())]);
    assert_eq!(submitted.caller.unwrap().roles, ["researcher"]);
}

#[tokio::test]
async fn the_key_may_be_left_out_but_not_be_gibberish() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Rdbm).await;
    client.post(PATH, &body(&json!([{"nhs_number": "943 476 5919"}]))).await.json(StatusCode::ACCEPTED);
    let submitted = site.asked.state().submitted.remove(0);
    assert_eq!(submitted.idempotency_key, "");
    assert_eq!(submitted.patients[0].key, Some(Key::NhsNumber("9434765919".to_owned())));

    let request = Request::post(PATH)
        .header("content-type", "application/json")
        .header("idempotency-key", b"\xff\xfe".as_slice())
        .body(Body::from(body(&json!([{"rid": "a"}])).to_string()));
    let reply = client.send(request.unwrap()).await;
    assert_eq!(reply.errors(StatusCode::UNPROCESSABLE_ENTITY)[0].0, "Idempotency-Key");
}

#[tokio::test]
async fn all_that_is_wrong_is_named_and_nothing_is_sent() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Rdbm).await;
    let wrong = json!({
        "study_id": "42",
        "patients": [{"rid": "good"}, {"rid": "not good"}, {"nhs_number": "9434765918"}, {"rid": "a", "mrid": "b"}],
    });
    let reply = client.post(PATH, &wrong).await;
    insta::assert_snapshot!(pretty(&reply.problem(StatusCode::UNPROCESSABLE_ENTITY)));
    assert!(!reply.text.contains("9434765918"));
    assert!(site.asked.state().submitted.is_empty());
}

#[tokio::test]
async fn ten_thousand_ids_are_told_their_number() {
    let site = Site::start().await;
    let many: Vec<_> = (0..10_000).map(|n| json!({"rid": format!("{n:0>64}")})).collect();
    let reply = Client::of(&site, Role::Researcher).await.post(PATH, &body(&json!(many))).await;
    let expected = "at most 1000 patients at a time; these are 10000";
    let errors = reply.errors(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(errors, [("patients".to_owned(), expected.to_owned())]);
    assert!(site.asked.state().submitted.is_empty());
}

#[tokio::test]
async fn a_refusal_of_the_service_keeps_its_field() {
    let site = Site::start().await;
    site.asked.state().refusal = Some(Refusal::invalid("patients[1].rid", "The same as patients[0]."));
    let reply = Client::of(&site, Role::Researcher)
        .await
        .post(PATH, &body(&json!([{"rid": "a"}, {"rid": "a"}])))
        .await;
    let problem = reply.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(problem["detail"], "The same as patients[0].");
    assert_eq!(problem["errors"][0]["field"], "patients[1].rid");
}

#[tokio::test]
async fn the_list_passes_its_filter_on() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let path = format!("{PATH}?status=approved&study_id={}&search=+00012&offset=20&limit=10", samples::STUDY);
    let found = client.get(&path).await.json(StatusCode::OK);
    assert_eq!(found["total"], 101);
    insta::assert_snapshot!(pretty(&found["contact_requests"][0]));
    let asked = site.asked.state().listed.remove(0);
    assert_eq!((asked.status.as_str(), asked.search.as_str()), ("approved", "00012"));
    assert_eq!(asked.study_id, samples::STUDY);
    let page = asked.page.unwrap();
    assert_eq!((page.offset, page.limit), (20, 10));

    client.get(PATH).await.json(StatusCode::OK);
    let page = site.asked.state().listed.remove(0).page.unwrap();
    assert_eq!((page.offset, page.limit), (0, 50));
}

#[tokio::test]
async fn what_led_to_the_decision_is_for_rdbm_and_admin_alone() {
    let site = Site::start().await;
    let path = format!("{PATH}/{}", samples::REQUEST);
    let inside =
        ["rule", "outcome", "steps", "letters", "emails", "patient_response_awaited", "possibly_serious"];
    for role in Role::ALL {
        let detail = Client::of(&site, role).await.get(&path).await.json(StatusCode::OK);
        let sees_inside = matches!(role, Role::Rdbm | Role::Admin);
        for key in inside {
            assert_eq!(detail.as_object().unwrap().contains_key(key), sees_inside, "{role}: {key}");
        }
        assert_eq!(detail["id"], samples::REQUEST);
        assert_eq!(detail["timeline"][0]["at"], "2026-07-01T11:05:00Z");
        match role {
            Role::Researcher => insta::assert_snapshot!("detail_for_researchers", pretty(&detail)),
            Role::Rdbm => insta::assert_snapshot!("detail_for_the_rdbm", pretty(&detail)),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_response_needs_only_what_is_true() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Rdbm).await;
    let path = format!("{PATH}/{}/patient-response", samples::REQUEST);
    let yes = json!({"response": "yes", "decision": {"signed_by_patient": true}});
    assert_eq!(client.post(&path, &yes).await.json(StatusCode::OK)["status"], "approved");
    client.post(&path, &json!({"response": "no"})).await.json(StatusCode::OK);

    let responses = std::mem::take(&mut site.asked.state().responses);
    let decision = responses[0].decision.unwrap();
    assert!(responses[0].yes && decision.signed_by_patient && !decision.otherwise_authorised_by_patient);
    assert!(!responses[1].yes && !responses[1].decision.unwrap().signed_by_patient);
    assert_eq!(site.audited().await, ["record_patient_answer"; 2]);

    let reply = client.post(&path, &json!({"response": "perhaps"})).await;
    let errors = reply.errors(StatusCode::BAD_REQUEST);
    assert_eq!(errors, [("response".to_owned(), "expected `yes` or `no`".to_owned())]);
    let mistyped = json!({"response": "yes", "decision": {"signed_by_pateint": true}});
    assert_eq!(
        client.post(&path, &mistyped).await.errors(StatusCode::BAD_REQUEST)[0].0,
        "decision.signed_by_pateint"
    );
    assert!(site.asked.state().responses.is_empty());
}
