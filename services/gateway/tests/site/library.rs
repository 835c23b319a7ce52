//! The library of standard queries.

use axum::http::StatusCode;
use coffer_proto::common::v1::Refusal;
use coffer_types::Role;

use crate::support::{Page, Site, research_samples as samples, run_samples};

fn fields(page: &Page) -> Vec<String> {
    page.errors().into_iter().map(|(field, _)| field).collect()
}

#[tokio::test]
async fn a_standard_query_runs_with_the_values_and_the_types_of_the_library() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let path = format!("/library/{}", samples::STANDARD);
    let page = browser.get(&path).await;
    assert_eq!(page.texts("form .nhsuk-label[for^=value]"), ["First day", "Days at least", "Still open"]);
    let form =
        [("value-first", "2026-02-01"), ("kind-days", "text"), ("value-days", ""), ("value-open", "true")];
    let run = browser.post(&format!("{path}/run"), &form).await;
    assert_eq!(run.location(), format!("/runs/{}", run_samples::QUEUED));
    let submitted = site.asked.state().runs.submitted.remove(0);
    assert_eq!(submitted.sql, samples::standard().sql);
    let sent: Vec<_> =
        submitted.parameters.iter().map(|one| (one.kind.as_str(), one.value.as_deref())).collect();
    assert_eq!(sent, [("date", Some("2026-02-01")), ("integer", None), ("boolean", Some("true"))]);
    site.asked.state().runs.refusal = Some(Refusal::invalid("parameters[1]", "Not a whole number."));
    let page = browser.post(&format!("{path}/run"), &[("value-days", "two")]).await;
    assert_eq!(
        (page.status, fields(&page)),
        (StatusCode::UNPROCESSABLE_ENTITY, vec!["#value-days".to_owned()])
    );
    assert_eq!(page.value("value-days"), "two");
}

#[tokio::test]
async fn the_rdbm_keeps_the_library() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    let form = [("title", "Wards"), ("description", ""), ("database", "demo"), ("sql", "SELECT :day")];
    let asked = browser.post("/library/new", &form).await;
    assert_eq!(fields(&asked), ["#value-day"]);
    let said = [("label-day", "First day"), ("kind-day", "date"), ("value-day", "2026-01-01")];
    let saved = browser.post("/library/new", &[&form[..], &said].concat()).await;
    assert_eq!(saved.location(), format!("/library/{}?saved=yes", samples::STANDARD));
    let query = site.asked.state().research.standard.remove(0).query.unwrap();
    assert_eq!((query.id.as_str(), query.title.as_str()), ("", "Wards"));
    let day = &query.placeholders[0];
    assert_eq!(
        (day.label.as_str(), day.kind.as_str(), day.initial.as_str()),
        ("First day", "date", "2026-01-01")
    );

    let path = format!("/library/{}", samples::STANDARD);
    let page = browser.get(&format!("{path}/edit")).await;
    assert_eq!(page.value("label-days"), "Days at least");
    site.asked.state().research.refusal = Some(Refusal::invalid("query.title", "Too long."));
    let page = browser.post(&format!("{path}/edit"), &[&form[..], &said].concat()).await;
    assert_eq!(fields(&page), ["#title"]);
    site.asked.state().research.refusal = None;
    assert_eq!(browser.get(&format!("{path}/delete")).await.texts("h1"), ["Delete a standard query"]);
    assert_eq!(browser.post(&format!("{path}/delete"), &[]).await.location(), "/library?deleted=yes");
    assert_eq!(site.asked.state().research.deleted, [samples::STANDARD]);
}

#[tokio::test]
async fn others_read_it_alone() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let path = format!("/library/{}", samples::STANDARD);
    assert!(browser.get("/library").await.texts("main .nhsuk-button[href]").is_empty());
    for path in ["/library/new", &format!("{path}/edit"), &format!("{path}/delete")] {
        assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        let form = [("title", "x"), ("database", "demo"), ("sql", "SELECT 1")];
        assert_eq!(browser.post(path, &form).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    let research = &site.asked.state().research;
    assert!(research.standard.is_empty() && research.deleted.is_empty());
}
