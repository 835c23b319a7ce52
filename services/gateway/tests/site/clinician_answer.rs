//! The page behind the link.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use coffer_proto::common::v1::Refusal;

use crate::support::{Browser, Site};

const TOKEN: &str = "Zm9yLXRlc3RzLW9ubHktYSByYW5kb20gdG9rZW4";

async fn follow_link(site: &Site) -> Browser {
    let mut browser = site.browser();
    assert_eq!(browser.get(&format!("/answer/{TOKEN}")).await.location(), "/answer");
    browser
}

#[tokio::test]
async fn the_token_leaves_the_address_at_once() {
    let site = Site::start().await;
    let mut browser = follow_link(&site).await;
    let page = browser.get("/answer").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains(TOKEN));
    assert_eq!(page.texts(".coffer-identified__name"), ["Ms Zara Fictional"]);
    assert_eq!(page.value("nonce"), "the-nonce");
}

#[tokio::test]
async fn looking_however_often_changes_nothing() {
    let site = Site::start().await;
    let mut browser = follow_link(&site).await;
    for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
        for path in [format!("/answer/{TOKEN}"), "/answer".to_owned()] {
            for purpose in ["prefetch", ""] {
                let request = Request::builder().method(&method).uri(&path).header("sec-purpose", purpose);
                browser.send(request.body(Body::empty()).unwrap()).await;
            }
        }
    }
    assert!(site.asked.state().answered.is_empty());
    assert!(site.audited().await.is_empty());
}

#[tokio::test]
async fn an_answer_is_sent_once_and_then_nothing_of_the_patient_is_shown() {
    let site = Site::start().await;
    let mut browser = follow_link(&site).await;
    let form =
        [("answer", "B"), ("reason", " too unwell "), ("name", "Dr H. Marchbanks"), ("nonce", "the-nonce")];
    assert_eq!(browser.post("/answer", &form).await.location(), "/answer");
    let answered = site.asked.state().answered.remove(0);
    assert_eq!((answered.token.as_str(), answered.nonce.as_str()), (TOKEN, "the-nonce"));
    assert_eq!((answered.answer.as_str(), answered.reason.as_str()), ("B", "too unwell"));
    let page = browser.get("/answer").await;
    assert_eq!(page.texts("h1"), ["Thank you, your answer is recorded"]);
    assert!(!page.text.contains("Fictional"));
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let site = Site::start().await;
    let mut browser = follow_link(&site).await;
    let page = browser.post("/answer", &[("answer", "C"), ("nonce", "the-nonce")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields: Vec<_> = page.errors().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["#reason", "#name"]);
    assert_eq!(page.texts("input[checked] + label"), ["No: the patient is not eligible for this study"]);
    assert!(site.asked.state().answered.is_empty());
}

#[tokio::test]
async fn a_closed_question_says_why() {
    let site = Site::start().await;
    let mut browser = follow_link(&site).await;
    let states = [
        ("answered", "Thank you, your answer is recorded"),
        ("expired", "This link has expired"),
        ("withdrawn", "An answer is no longer needed"),
        ("replaced", "This link has been replaced"),
    ];
    for (state, heading) in states {
        site.asked.state().link = state.to_owned();
        let page = browser.get("/answer").await;
        assert_eq!(page.texts("h1"), [heading]);
        assert!(!page.text.contains("Fictional"), "{state}");
    }
}

#[tokio::test]
async fn an_answer_that_came_too_late_is_not_an_error() {
    let site = Site::start().await;
    let mut browser = follow_link(&site).await;
    site.asked.state().refusal = Some(Refusal::conflict("This question is answered already."));
    site.asked.state().link = "answered".to_owned();
    let form = [("answer", "R"), ("name", "Dr H. Marchbanks"), ("nonce", "the-nonce")];
    let page = browser.post("/answer", &form).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(page.texts("h1"), ["Thank you, your answer is recorded"]);
    assert!(!page.text.contains("Fictional"));
}

#[tokio::test]
async fn a_form_of_another_question_is_to_be_read_again() {
    let site = Site::start().await;
    let mut browser = follow_link(&site).await;
    site.asked.state().refusal =
        Some(Refusal::invalid("nonce", "This page is too old. Read it again, then answer."));
    let form = [("answer", "R"), ("name", "Dr H. Marchbanks"), ("nonce", "another")];
    let page = browser.post("/answer", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.texts(".nhsuk-error-summary li"), ["This page is too old. Read it again, then answer."]);
    assert_eq!(page.value("nonce"), "the-nonce");
}

#[tokio::test]
async fn without_the_link_there_is_no_question() {
    let site = Site::start().await;
    let page = site.browser().get("/answer").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(page.texts("h1"), ["Open the link in your e-mail again"]);
    assert_eq!(site.browser().get("/answer/pack").await.status, StatusCode::NOT_FOUND);
}
