//! Letters and e-mails by API.

use axum::http::StatusCode;
use coffer_types::Role;
use serde_json::json;

use crate::client::Client;
use crate::support::{Site, samples};

#[tokio::test]
async fn letters_are_listed_opened_and_marked() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Rdbm).await;
    let found = client.get("/api/v1/letters?state=to_print&limit=5").await.json(StatusCode::OK);
    assert_eq!((&found["total"], &found["letters"][0]["id"]), (&json!(1), &json!(samples::LETTER)));

    let pdf = client.get(&format!("/api/v1/letters/{}/pdf", samples::LETTER)).await;
    assert_eq!((pdf.status, &*pdf.text), (StatusCode::OK, "%PDF-1.7 sample"));
    assert_eq!(pdf.headers["content-type"], "application/pdf");
    assert_eq!(site.audited().await, ["open_letter"]);

    let path = format!("/api/v1/letters/{}/state", samples::LETTER);
    let marked = client.post(&path, &json!({"state": "printed"})).await.json(StatusCode::OK);
    assert_eq!(marked["state"], "printed");
    let told = site.asked.state().marked.remove(0);
    assert_eq!((told.id.as_str(), told.state.as_str()), (samples::LETTER, "printed"));
    let reply = client.post(&path, &json!({"state": "burnt"})).await;
    assert_eq!(reply.errors(StatusCode::BAD_REQUEST)[0].0, "state");
}

#[tokio::test]
async fn emails_come_with_their_attempts() {
    let site = Site::start().await;
    for role in [Role::Rdbm, Role::Admin] {
        let client = Client::of(&site, role).await;
        let found = client.get("/api/v1/emails?state=refused").await.json(StatusCode::OK);
        assert_eq!(found["emails"][0]["id"], samples::EMAIL);
        let email = client.get(&format!("/api/v1/emails/{}", samples::EMAIL)).await.json(StatusCode::OK);
        assert_eq!(email["email"]["next_try_at"], json!(null));
        assert_eq!(email["attempts"][0]["detail"], "550 mailbox unavailable");
    }
}
