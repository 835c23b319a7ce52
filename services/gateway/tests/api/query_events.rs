//! A run followed by server-sent events.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, StatusCode};
use chrono::TimeDelta;
use coffer_proto::query::v1::{RunEvent, RunProgress};
use coffer_proto::timestamp;
use coffer_types::Role;
use futures::StreamExt as _;
use prost::Message as _;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::client::Client;
use crate::support::{Browser, Site, now, run_samples};

fn follow(run: &str, last: Option<&str>) -> Request<Body> {
    let mut request = Request::get(format!("/api/v1/query-runs/{run}/events"));
    if let Some(last) = last {
        request = request.header("last-event-id", last);
    }
    request.body(Body::empty()).unwrap()
}

/// An event as the protocol has it: id, name, data.
type Event = (Option<String>, String, Value);

/// Reads events off a body.
struct Reader {
    body: BodyDataStream,
    text: String,
}

impl Reader {
    async fn of(browser: &mut Browser, run: &str) -> Self {
        let response = browser.open(follow(run, None)).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { body: response.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event; none when the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                if !event.starts_with(':') {
                    return Some(read(&event));
                }
                continue;
            }
            let chunk = timeout(Duration::from_secs(15), self.body.next()).await.unwrap()?;
            self.text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    async fn names(mut self) -> Vec<(Option<String>, String)> {
        let mut names = Vec::new();
        while let Some((id, name, _)) = self.next().await {
            names.push((id, name));
        }
        names
    }
}

fn read(event: &str) -> Event {
    let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
    (field("id: "), field("event: ").unwrap(), serde_json::from_str(&field("data: ").unwrap()).unwrap())
}

/// What happened to a run that is done; the last `leave_out` events have not happened yet.
fn happened(leave_out: usize) -> Vec<RunEvent> {
    let all = [("queued", 0), ("running", 0), ("done", 120)];
    let events = (1..).zip(all).map(|(number, (what, rows))| RunEvent {
        number,
        what: what.to_owned(),
        at: Some(timestamp(now() + TimeDelta::minutes(i64::from(number)))),
        rows,
        problem: String::new(),
    });
    events.take(all.len() - leave_out).collect()
}

fn states(ids: &[&str]) -> Vec<(Option<String>, String)> {
    ids.iter().map(|id| (Some((*id).to_owned()), "state".to_owned())).collect()
}

/// A live message about the run passes on the bus.
async fn publish_progress(site: &Site, rows: u64, number: u32) {
    let progress = RunProgress {
        run_id: run_samples::RUNNING.to_owned(),
        state: "running".to_owned(),
        rows,
        bytes: 77,
        elapsed_ms: 1_500,
        number,
        ..RunProgress::default()
    };
    let subject = format!("coffer.live.research-query.{}", progress.run_id);
    site.asked.publish(&subject, progress.encode_to_vec()).await;
}

#[tokio::test]
async fn a_run_that_has_ended_is_told_from_where_the_caller_was() {
    let site = Site::start().await;
    site.asked.state().runs.events = happened(0);
    let client = Client::of(&site, Role::Researcher).await;
    for (last, ids) in
        [(None, &["1", "2", "3"][..]), (Some("1"), &["2", "3"]), (Some("nonsense"), &["1", "2", "3"])]
    {
        let reply = client.send(follow(run_samples::DONE, last)).await;
        assert_eq!(reply.status, StatusCode::OK);
        let events: Vec<_> = reply.text.split_terminator("\n\n").map(read).collect();
        let told: Vec<_> = events.iter().filter_map(|(id, ..)| id.as_deref()).collect();
        assert_eq!(told, ids, "{last:?}");
        let last =
            json!({"number": 3, "state": "done", "at": "2026-07-01T12:08:00Z", "rows": 120, "problem": null});
        assert_eq!(events.last().unwrap().2, last);
    }
    // Browsers connect again after the end of a stream, until they get this.
    let reply = client.send(follow(run_samples::DONE, Some("3"))).await;
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::NO_CONTENT, ""));
}

#[tokio::test]
async fn progress_passes_and_the_end_ends_the_stream() {
    let site = Site::start().await;
    site.asked.state().runs.events = happened(1);
    let mut browser = site.browser_of(Role::Researcher).await;
    let mut reader = Reader::of(&mut browser, run_samples::RUNNING).await;
    assert_eq!(reader.next().await.unwrap().0.as_deref(), Some("1"));
    assert_eq!(reader.next().await.unwrap().2["state"], "running");

    publish_progress(&site, 5_000, 2).await;
    let (id, name, data) = reader.next().await.unwrap();
    assert_eq!((id, name.as_str()), (None, "progress"));
    let told = json!({"state": "running", "queue_place": 0, "rows": 5000, "bytes": 77, "elapsed_ms": 1500});
    assert_eq!(data, told);

    site.asked.state().runs.events = happened(0);
    publish_progress(&site, 120, 3).await;
    let rest = reader.names().await;
    assert_eq!(rest, [vec![(None, "progress".to_owned())], states(&["3"])].concat());
}

#[tokio::test]
async fn a_fact_is_enough_and_so_is_time() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let mut told = Reader::of(&mut browser, run_samples::RUNNING).await;
    let untold = Reader::of(&mut browser, run_samples::QUEUED).await;
    site.asked.state().runs.events = happened(1);
    let fact = format!("coffer.evt.research-query.run.started.v1.{}", run_samples::RUNNING);
    site.asked.publish(&fact, Vec::new()).await;
    assert_eq!(told.next().await.unwrap().0.as_deref(), Some("1"));
    site.asked.state().runs.events = happened(0);
    assert_eq!(untold.names().await, states(&["1", "2", "3"]));
}

#[tokio::test]
async fn signing_out_and_draining_end_the_stream() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let signed_out = Reader::of(&mut browser, run_samples::RUNNING).await;
    browser.post("/sign-out", &[]).await;
    assert_eq!(signed_out.names().await, []);

    let drained = Reader::of(&mut site.browser_of(Role::Researcher).await, run_samples::RUNNING).await;
    site.context.shutdown.start();
    assert_eq!(drained.names().await, []);
}
