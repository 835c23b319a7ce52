//! Bad input gets a clear answer that names the field, and leaves nothing half done.

use coffer_tests::{Case, System};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};

#[tokio::test]
async fn bad_submissions_are_refused_by_field_and_leave_nothing() {
    let system = System::start().await;
    let (researcher, rdbm) = (system.api("researcher"), system.api("rdbm"));
    let study = system.studies()[0].id.to_string();
    let foreign =
        system.studies().iter().find(|study| study.lead.username == "researcher2").unwrap().id.to_string();
    let good = json!({"rid": system.patient(Case::Green).rid.as_str()});
    let body = |patients: Value| json!({"study_id": study, "direct_approach": true, "patients": patients});
    let many: Vec<Value> = (0..10_000).map(|n| json!({"rid": format!("r{n}")})).collect();

    let refused = [
        ("wrong checksum", &rdbm, body(json!([{"nhs_number": "9434765918"}])), "patients[0].nhs_number"),
        ("unusable id", &researcher, body(json!([good, {"rid": "a b"}])), "patients[1].rid"),
        ("id twice", &researcher, body(json!([good, good])), "patients[1]"),
        ("nobody", &researcher, body(json!([])), "patients"),
        ("ten thousand", &researcher, body(json!(many)), "patients"),
        ("wrong type", &researcher, body(json!([{"rid": 7}])), "patients[0]"),
        ("no study", &researcher, json!({"direct_approach": true, "patients": [good]}), "study_id"),
        (
            "not a study",
            &researcher,
            json!({"study_id": "7", "direct_approach": true, "patients": [good]}),
            "study_id",
        ),
        (
            "unknown field",
            &researcher,
            json!({"study_id": study, "direct_approach": true, "patients": [good], "x": 1}),
            "x",
        ),
    ];
    for (what, api, body, field) in &refused {
        let (status, problem) = api.post("/contact-requests", body).await;
        assert!(status.is_client_error(), "{what}: {status} {problem}");
        let text = problem.to_string();
        assert!(text.contains(field), "{what}: {field} is not named in {text}");
        assert!(problem["trace_id"].as_str().is_some_and(|id| id.len() == 32), "{what}: {text}");
    }

    let (status, _) = researcher
        .post(
            "/contact-requests",
            &json!({"study_id": foreign, "direct_approach": false, "patients": [good]}),
        )
        .await;
    assert!(
        matches!(status, StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY),
        "foreign study: {status}"
    );
    let nhs = json!([{"nhs_number": system.patient(Case::Green).nhs_number.to_string()}]);
    let (status, _) = researcher.post("/contact-requests", &body(nhs)).await;
    assert!(
        matches!(status, StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY),
        "NHS number: {status}"
    );

    let broken =
        researcher.request(Method::POST, "/contact-requests").header("content-type", "application/json");
    let response = broken.body(vec![b'{', 0xff, 0xfe, b'}']).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(response.headers()["content-type"], "application/problem+json");

    assert_eq!(count(&system).await, SEEDED, "something was half done");
}

#[tokio::test]
async fn what_is_not_yours_is_not_there() {
    let system = System::start().await;
    let study = system.studies()[0].id.to_string();
    let rid = system.patient(Case::Red).rid;
    let id = system.api("researcher").submit(&study, true, &[rid.as_str()]).await.remove(0);
    let other = system.api("researcher2");
    let (foreign, missing) = (
        other.get(&format!("/contact-requests/{id}")).await,
        other.get("/contact-requests/01890000-0000-7000-8000-000000000000").await,
    );
    assert_eq!((foreign.0, missing.0), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!(foreign.1["detail"], missing.1["detail"]);
    for path in ["/letters", "/emails", "/patients/9434765919/consent-mode"] {
        assert_eq!(other.get(path).await.0, StatusCode::FORBIDDEN, "{path}");
    }
}

/// The demo's own past request of the patient whose cap is reached.
const SEEDED: i64 = 1;

async fn count(system: &System) -> i64 {
    let mut database = PgConnection::connect(system.database_url("coffer_consent")).await.unwrap();
    sqlx::query_scalar("SELECT count(*) FROM contact_requests").fetch_one(&mut database).await.unwrap()
}
