//! Each class of error is problem details, whoever makes it.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use coffer_proto::common::v1::Refusal;
use coffer_proto::common::v1::refusal::Code;
use coffer_types::Role;
use rstest::rstest;
use serde_json::json;

use crate::client::{Client, send};
use crate::support::{Site, samples};

const REQUESTS: &str = "/api/v1/contact-requests";

#[tokio::test]
async fn without_a_valid_token_nothing_is_told() {
    let site = Site::start().await;
    let none = send(&site.router, Request::get("/api/v1/studies").body(Body::empty()).unwrap()).await;
    for reply in [none, Client::stranger(&site).get("/api/v1/studies").await] {
        reply.problem(StatusCode::UNAUTHORIZED);
        assert_eq!(reply.headers["www-authenticate"], "Bearer");
    }
}

#[tokio::test]
async fn unknown_addresses_ids_and_methods_are_problems_too() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let unknown = [
        "/api/v1/nothing",
        "/api/v2/studies",
        "/api/v1/contact-requests/01981f00-0000-7000-8000-000000000001",
        "/api/v1/contact-requests/not-an-id",
    ];
    for path in unknown {
        client.get(path).await.problem(StatusCode::NOT_FOUND);
    }
    let request = Request::builder().method(Method::DELETE).uri(REQUESTS).body(Body::empty()).unwrap();
    let reply = client.send(request).await;
    reply.problem(StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(reply.headers["allow"], "GET,HEAD,POST");
}

#[tokio::test]
async fn roles_keep_to_their_calls() {
    let site = Site::start().await;
    let (mode, answer) =
        (json!({"nhs_number": samples::NHS_NUMBER, "mode": "green"}), json!({"response": "no"}));
    let response = format!("{REQUESTS}/{}/patient-response", samples::REQUEST);
    for role in [Role::Researcher, Role::Clinician, Role::Admin] {
        let client = Client::of(&site, role).await;
        client.post("/api/v1/consent-modes", &mode).await.problem(StatusCode::FORBIDDEN);
        client.post(&response, &answer).await.problem(StatusCode::FORBIDDEN);
        client.get("/api/v1/patients/9990000018/consent-mode").await.problem(StatusCode::FORBIDDEN);
        client.get("/api/v1/letters").await.problem(StatusCode::FORBIDDEN);
        if role != Role::Admin {
            client.get("/api/v1/emails").await.problem(StatusCode::FORBIDDEN);
        }
    }
    assert!(site.asked.state().modes.is_empty() && site.asked.state().responses.is_empty());
    assert!(site.audited().await.is_empty());
}

#[rstest]
#[case(Code::Invalid, StatusCode::UNPROCESSABLE_ENTITY, true)]
#[case(Code::Forbidden, StatusCode::FORBIDDEN, true)]
#[case(Code::NotFound, StatusCode::NOT_FOUND, true)]
#[case(Code::Conflict, StatusCode::CONFLICT, true)]
#[case(Code::Unavailable, StatusCode::SERVICE_UNAVAILABLE, false)]
#[case(Code::Internal, StatusCode::INTERNAL_SERVER_ERROR, false)]
#[tokio::test]
async fn each_refusal_has_its_status(#[case] code: Code, #[case] status: StatusCode, #[case] told: bool) {
    let site = Site::start().await;
    site.asked.state().refusal = Some(Refusal::new(code, "Words of the service."));
    let body = json!({"study_id": samples::STUDY, "patients": [{"rid": "a"}]});
    let problem = Client::of(&site, Role::Researcher).await.post(REQUESTS, &body).await.problem(status);
    assert_eq!(problem["detail"] == "Words of the service.", told, "{problem}");
    assert!(problem.get("errors").is_none());
}

#[tokio::test]
async fn without_the_service_behind_it_is_unavailable() {
    let site = Site::without_services(|settings| settings.bus.ask_timeout_ms = 200).await;
    Client::of(&site, Role::Researcher)
        .await
        .get("/api/v1/studies")
        .await
        .problem(StatusCode::SERVICE_UNAVAILABLE);
}

#[rstest]
#[case(b"{\"study_id\":".as_slice(), "study_id")]
#[case(b"study_id=x".as_slice(), "")]
#[case(b"{\"study_id\":\"x\",\"patients\":[{\"rid\":\"\xff\xfe\"}]}".as_slice(), "patients[0].rid")]
#[case(br#"{"study_id":"x","patients":[{"rid":"a"},{"rid":"b"},{"rid":"c"},{"rid":4}]}"#.as_slice(), "patients[3].rid")]
#[case(br#"{"study_id":"x","patients":"a"}"#.as_slice(), "patients")]
#[case(br#"{"study_id":"x","direct_approach":"yes","patients":[]}"#.as_slice(), "direct_approach")]
#[case(br#"{"study_id":"x","patients":[],"urgent":true}"#.as_slice(), "urgent")]
#[case(br#"{"study_id":"x"}"#.as_slice(), "patients")]
#[tokio::test]
async fn a_body_that_cannot_be_read_names_its_field(#[case] body: &[u8], #[case] field: &str) {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let reply = client.post_raw(REQUESTS, "application/json", body.to_vec()).await;
    assert_eq!(reply.errors(StatusCode::BAD_REQUEST)[0].0, field, "{}", reply.text);
    assert!(site.asked.state().submitted.is_empty());
}

#[rstest]
#[case("offset=minus", "offset", StatusCode::BAD_REQUEST)]
#[case("stauts=approved", "stauts", StatusCode::BAD_REQUEST)]
#[case("limit=501", "limit", StatusCode::UNPROCESSABLE_ENTITY)]
#[case("limit=0", "limit", StatusCode::UNPROCESSABLE_ENTITY)]
#[case("study_id=42", "study_id", StatusCode::UNPROCESSABLE_ENTITY)]
#[tokio::test]
async fn a_filter_that_cannot_be_used_names_its_field(
    #[case] query: &str,
    #[case] field: &str,
    #[case] status: StatusCode,
) {
    let site = Site::start().await;
    let reply = Client::of(&site, Role::Rdbm).await.get(&format!("{REQUESTS}?{query}")).await;
    assert_eq!(reply.errors(status)[0].0, field);
}

#[tokio::test]
async fn other_content_and_too_much_of_it_are_refused() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Rdbm).await;
    let reply = client.post_raw(REQUESTS, "text/plain", "{}").await;
    reply.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let long = "x".repeat(3 * 1024 * 1024);
    let reply = client.post_raw(REQUESTS, "application/json", long.clone()).await;
    reply.problem(StatusCode::PAYLOAD_TOO_LARGE);
    let body = json!({"nhs_number": samples::NHS_NUMBER, "mode": "red", "other_requests": long});
    client.post("/api/v1/consent-modes", &body).await.problem(StatusCode::PAYLOAD_TOO_LARGE);
}
