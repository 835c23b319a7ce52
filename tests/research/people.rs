//! From a result to people: the request carries the certificate of the result that they were found in.

use coffer_tests::{Case, System};
use reqwest::StatusCode;
use serde_json::json;

#[tokio::test]
async fn a_contact_request_carries_the_certificate_of_its_result() {
    let system = System::start().await;
    let researcher = system.api("researcher");
    let rid = system.patient(Case::Green).rid.to_string();
    let body = json!({"database": "demo", "sql": "select rid from patient where rid = :rid",
                      "parameters": {"rid": rid}});
    let run = researcher.ended(&researcher.run_with(body).await).await;
    let certificate = run["certificate"]["id"].as_str().unwrap();
    let people = researcher.rows(run["id"].as_str().unwrap(), "").await;
    assert_eq!(people, [json!([rid])]);
    let body = json!({"study_id": system.studies()[0].id.to_string(), "direct_approach": true,
                      "patients": [{"rid": rid}], "certificate_id": certificate});
    let (status, submitted) = researcher.post("/contact-requests", &body).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{submitted:#}");
    let id = submitted["contact_requests"][0]["id"].as_str().unwrap();
    let (_, request) = researcher.get(&format!("/contact-requests/{id}")).await;
    assert!(request.to_string().contains(certificate), "{request:#}");
}

#[tokio::test]
async fn nobody_who_opted_out_of_research_is_in_the_research_database() {
    let system = System::start().await;
    let excluded = system.patient(Case::Excluded).rid.to_string();
    let sql = "select rid from patient where rid = :rid union all select rid from note where rid = :rid";
    let body = json!({"database": "demo", "sql": sql, "parameters": {"rid": excluded}});
    let researcher = system.api("researcher");
    let run = researcher.ended(&researcher.run_with(body).await).await;
    assert_eq!(run["rows"], 0, "{run:#}");
}
