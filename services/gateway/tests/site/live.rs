//! The live part of a contact request's page.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use coffer_types::Role;
use futures::StreamExt as _;
use tokio::time::timeout;

use crate::support::{Browser, Site, Visitor, samples};

fn events() -> Request<Body> {
    let path = format!("/contact-requests/{}/events", samples::REQUEST);
    Request::get(path).header("accept", "text/event-stream").body(Body::empty()).unwrap()
}

async fn connect(browser: &mut Browser) -> BodyDataStream {
    let response = browser.open(events()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body().into_data_stream()
}

async fn next(stream: &mut BodyDataStream) -> Option<String> {
    let chunk = timeout(Duration::from_secs(10), stream.next()).await.expect("an event in time")?;
    Some(String::from_utf8(chunk.unwrap().to_vec()).unwrap())
}

#[tokio::test]
async fn a_fact_makes_the_server_send_the_part_again() {
    let site = Site::start().await;
    let mut stream = connect(&mut site.browser_of(Role::Researcher).await).await;
    assert!(next(&mut stream).await.unwrap().contains("In progress"));
    site.asked.state().news = Some("Approved just now".to_owned());
    site.asked.publish_fact(samples::REQUEST).await;
    assert!(next(&mut stream).await.unwrap().contains("Approved just now"));
}

#[tokio::test]
async fn signing_out_and_draining_end_the_stream() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let mut signed_out = connect(&mut browser).await;
    next(&mut signed_out).await;
    browser.post("/sign-out", &[]).await;
    site.asked.publish_fact(samples::REQUEST).await;
    assert_eq!(next(&mut signed_out).await, None);

    let mut drained = connect(&mut site.browser_of(Role::Researcher).await).await;
    next(&mut drained).await;
    site.context.shutdown.start();
    assert_eq!(next(&mut drained).await, None);
}

#[tokio::test]
async fn strangers_get_no_stream() {
    let site = Site::start().await;
    assert_eq!(site.browser().send(events()).await.status, StatusCode::UNAUTHORIZED);
    let path = "/contact-requests/01981f00-0000-7000-8000-000000000001/events";
    let request = Request::get(path).header("accept", "text/event-stream").body(Body::empty()).unwrap();
    let page = site.browser_of(Role::Researcher).await.send(request).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_real_browser_shows_the_news_without_being_asked() {
    let site = Site::start().await;
    let visitor = Visitor::of(&site).await;
    visitor.sign_in(Role::Researcher).await;
    visitor.open(&format!("/contact-requests/{}", samples::REQUEST)).await;
    assert_eq!(visitor.find(".coffer-timeline__title").await.text().await.unwrap(), "Submitted");
    site.asked.state().news = Some("Approved just now".to_owned());
    let shown = timeout(Duration::from_secs(20), async {
        while visitor.find(".coffer-timeline__title").await.text().await.unwrap() != "Approved just now" {
            site.asked.publish_fact(samples::REQUEST).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    });
    shown.await.expect("the news in time");
    assert!(visitor.find("#live-status").await.text().await.unwrap().starts_with("Updated at"));
}
