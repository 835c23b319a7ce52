//! Browsers with a session may call the API, but not for another site.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use coffer_types::Role;
use serde_json::json;

use crate::client::Client;
use crate::support::{Page, Site, samples};

const PATH: &str = "/api/v1/contact-requests";

fn submission(header: Option<(&str, &str)>) -> Request<Body> {
    let body = json!({"study_id": samples::STUDY, "patients": [{"rid": "a1"}]});
    let mut request =
        Request::post(PATH).header("host", "127.0.0.1:8080").header("content-type", "application/json");
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    request.body(Body::from(body.to_string())).unwrap()
}

async fn post(site: &Site, header: Option<(&str, &str)>) -> Page {
    site.browser_of(Role::Researcher).await.send(submission(header)).await
}

#[tokio::test]
async fn a_session_works_from_our_own_pages() {
    let site = Site::start().await;
    assert_eq!(site.browser_of(Role::Researcher).await.get("/api/v1/studies").await.status, StatusCode::OK);
    for header in [("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:8080")] {
        assert_eq!(post(&site, Some(header)).await.status, StatusCode::ACCEPTED, "{header:?}");
    }
}

#[tokio::test]
async fn another_site_cannot_use_the_session() {
    let site = Site::start().await;
    let forged = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
    ];
    for header in forged {
        let page = post(&site, Some(header)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{header:?}");
        assert_eq!(page.headers["content-type"], "application/problem+json");
        assert!(page.text.contains("sent from another site"));
    }
    assert!(site.asked.state().submitted.is_empty());
}

#[tokio::test]
async fn a_program_sends_no_headers_of_browsers_and_passes() {
    let site = Site::start().await;
    let reply = Client::of(&site, Role::Researcher).await.send(submission(None)).await;
    reply.json(StatusCode::ACCEPTED);
}
