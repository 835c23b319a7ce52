//! Runs: the list, one in its states, what can be done with it.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Method, Request, StatusCode};
use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::{Run, RunProgress};
use coffer_types::Role;
use futures::StreamExt as _;
use prost::Message as _;
use tokio::time::timeout;

use crate::support::{Site, Visitor, run_samples};

fn run(id: &str) -> String {
    format!("/runs/{id}")
}

#[tokio::test]
async fn the_lists_address_holds_all_that_it_shows() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let page = browser.get("/runs?state=done&database=demo&search=note&saved=s1&page=2").await;
    let asked = site.asked.state().runs.listed.remove(0);
    assert_eq!(
        (asked.state.as_str(), asked.database.as_str(), asked.search.as_str()),
        ("done", "demo", "note")
    );
    assert_eq!((asked.saved_query_id.as_str(), asked.everybody), ("s1", false));
    assert_eq!(asked.page.unwrap().offset, 50);
    let kept = "/runs?state=done&#38;database=demo&#38;search=note&#38;saved=s1&#38;page=3";
    assert!(page.text.contains(kept), "{}", page.text);
    assert!(page.text.contains("hx-sse:connect=\"/runs/events?state=done"));
    assert_eq!(page.texts("option[selected]"), ["Done"]);
    assert_eq!(page.texts("td:first-child").len(), 5);
}

#[tokio::test]
async fn a_list_without_runs_says_what_to_do() {
    let site = Site::start().await;
    let page = site.browser_of(Role::Clinician).await.get("/runs").await;
    assert_eq!(page.texts("main p"), ["No runs fit. Choose other filters, or write a query."]);
    assert!(!page.text.contains("hx-sse:connect"));
}

#[tokio::test]
async fn a_cancel_is_asked_for_and_one_that_comes_too_late_shows_how_it_ended() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let page = browser.get(&run(run_samples::RUNNING)).await;
    assert_eq!(page.texts("form .nhsuk-button--warning"), ["Cancel this run"]);
    for id in [run_samples::RUNNING, run_samples::DONE] {
        let sent = browser.post(&format!("{}/cancel", run(id)), &[]).await;
        assert_eq!(sent.location(), run(id));
    }
    assert_eq!(site.asked.state().runs.cancelled.len(), 1);
    let told = Run { cancelling: true, ..run_samples::running() };
    site.asked.state().runs.changed.insert(told.id.clone(), told);
    let page = browser.get(&run(run_samples::RUNNING)).await;
    assert!(page.texts(".nhsuk-button--warning").is_empty());
    assert!(page.text.contains("The database has been told to stop."));
}

#[tokio::test]
async fn the_same_query_runs_again_with_its_values() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let key = browser.get(&run(run_samples::FAILED)).await.value("key");
    let sent = browser.post(&format!("{}/again", run(run_samples::FAILED)), &[("key", &key)]).await;
    assert_eq!(sent.location(), run(run_samples::QUEUED));
    let submitted = site.asked.state().runs.submitted.remove(0);
    assert_eq!((submitted.sql.as_str(), submitted.kind.as_str()), (run_samples::SQL, "rows"));
    assert_eq!(submitted.parameters[0].value.as_deref(), Some("40"));
    assert_eq!((submitted.idempotency_key, submitted.accept_stored), (key, false));

    site.asked.state().runs.refusal = Some(Refusal::invalid("sql", "NOTE at line 2 is no table any more."));
    let refused = browser.post(&format!("{}/again", run(run_samples::DONE)), &[("key", "k")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("NOTE at line 2 is no table any more."));
}

#[tokio::test]
async fn each_way_to_end_says_what_to_do_next() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    for (state, tag) in [("failed", "Failed"), ("cancelled", "Cancelled"), ("timed_out", "Took too long")] {
        let ended = Run { state: state.to_owned(), ..run_samples::failed() };
        site.asked.state().runs.changed.insert(ended.id.clone(), ended);
        let page = browser.get(&run(run_samples::FAILED)).await;
        assert_eq!(page.texts(".nhsuk-tag"), [tag]);
        assert_eq!(page.texts("main .nhsuk-button"), ["Run again", "Edit or save the query"]);
        assert!(page.text.contains("Nothing was stored"), "{state}");
        assert!(page.text.contains("column &#34;agee&#34; does not exist"), "{state}");
    }
}

#[tokio::test]
async fn a_run_of_somebody_else_is_not_there_by_any_verb_or_page() {
    let site = Site::start().await;
    let nobodys = "01981f00-0000-7000-8000-00000000ffff";
    for (role, id) in [
        (Role::Rdbm, run_samples::DONE),
        (Role::Rdbm, run_samples::RUNNING),
        (Role::Researcher, nobodys),
        (Role::Researcher, "not-an-id"),
    ] {
        let mut browser = site.browser_of(role).await;
        let mut paths: Vec<_> = ["", "?page=2&sort=age", "/events", "/records/1", "/certificate"]
            .map(|below| (Method::GET, below.to_owned()))
            .into();
        paths.extend(["/cancel", "/again", "/people"].map(|below| (Method::POST, below.to_owned())));
        let formats = ["csv", "tsv", "xlsx", "parquet"];
        paths.extend(formats.map(|format| (Method::GET, format!("/export?format={format}"))));
        for (method, below) in paths {
            let path = format!("{}{below}", run(id));
            let page = if method == Method::POST {
                browser.post(&path, &[("which", "all"), ("people", "rid"), ("key", "k")]).await
            } else {
                browser.get(&path).await
            };
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{role} {method} {path}");
            assert_eq!(page.texts("h1"), ["Page not found"]);
        }
    }
    let state = site.asked.state();
    assert!(state.runs.cancelled.is_empty() && state.runs.submitted.is_empty());
    assert!(state.runs.selected.is_empty() && state.runs.exported.is_empty());
}

async fn connect(site: &Site, path: &str) -> BodyDataStream {
    let request = Request::get(path).header("accept", "text/event-stream").body(Body::empty()).unwrap();
    let response = site.browser_of(Role::Researcher).await.open(request).await;
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    response.into_body().into_data_stream()
}

async fn next(stream: &mut BodyDataStream) -> String {
    let chunk = timeout(Duration::from_secs(10), stream.next()).await.unwrap().unwrap().unwrap();
    String::from_utf8(chunk.to_vec()).unwrap()
}

async fn publish_progress(site: &Site, rows: u64) {
    let progress = RunProgress {
        run_id: run_samples::RUNNING.to_owned(),
        state: "running".to_owned(),
        rows,
        ..RunProgress::default()
    };
    let subject = format!("coffer.live.research-query.{}", run_samples::RUNNING);
    site.asked.publish(&subject, progress.encode_to_vec()).await;
}

fn finish(site: &Site) {
    let done = Run { id: run_samples::RUNNING.to_owned(), ..run_samples::done() };
    site.asked.state().runs.changed.insert(done.id.clone(), done);
}

async fn publish_end(site: &Site) {
    let fact = format!("coffer.evt.research-query.run.ended.v1.{}", run_samples::RUNNING);
    site.asked.publish(&fact, Vec::new()).await;
}

#[tokio::test]
async fn progress_shows_and_the_end_leads_to_the_result() {
    let site = Site::start().await;
    let mut page = connect(&site, &format!("{}/events", run(run_samples::RUNNING))).await;
    let mut list = connect(&site, "/runs/events").await;
    assert!(next(&mut page).await.contains("12,000"));
    assert!(next(&mut list).await.contains("12,000"));
    publish_progress(&site, 54_321).await;
    assert!(next(&mut page).await.contains("54,321"));
    finish(&site);
    publish_end(&site).await;
    assert!(next(&mut page).await.contains("Show the result"));
    assert!(next(&mut list).await.contains("120"));
}

#[tokio::test]
async fn in_a_real_browser_the_result_comes_by_itself() {
    let site = Site::start().await;
    let visitor = Visitor::of(&site).await;
    visitor.watch_policy().await;
    visitor.sign_in(Role::Researcher).await;
    visitor.open(&run(run_samples::RUNNING)).await;
    visitor.find("#live form").await;
    finish(&site);
    let shown = timeout(Duration::from_secs(20), async {
        while visitor.run("return document.querySelectorAll('.coffer-rows').length").await != 1 {
            publish_end(&site).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    });
    shown.await.expect("the result in time");
    assert_eq!(visitor.run("return document.querySelectorAll('main').length").await, 1);
    assert_eq!(visitor.policy_violations().await, Vec::<String>::new());
}
