//! Runs by API: submit, list, follow, cancel.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use coffer_proto::common::v1::Refusal;
use coffer_types::Role;
use serde_json::json;

use crate::client::{Client, pretty};
use crate::support::{Site, run_samples};

const PATH: &str = "/api/v1/query-runs";

fn delete(id: &str) -> Request<Body> {
    Request::delete(format!("{PATH}/{id}")).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_query_is_accepted_with_its_bound_values_and_key() {
    let site = Site::start().await;
    let body = json!({
        "database": "demo", "sql": run_samples::SQL, "kind": "count", "accept_stored": true,
        "parameters": {"age": 40, "since": {"type": "date", "value": "2026-01-01"}, "ward": null},
    });
    let request = Request::post(PATH)
        .header("content-type", "application/json")
        .header("idempotency-key", "run-7")
        .body(Body::from(body.to_string()))
        .unwrap();
    let reply = Client::of(&site, Role::Researcher).await.send(request).await;
    let accepted = json!({"id": run_samples::QUEUED, "state": "queued", "cancelling": false});
    assert_eq!(reply.json(StatusCode::ACCEPTED), accepted);

    let submitted = site.asked.state().runs.submitted.remove(0);
    assert_eq!((submitted.database.as_str(), submitted.kind.as_str()), ("demo", "count"));
    assert_eq!((submitted.sql.as_str(), submitted.idempotency_key.as_str()), (run_samples::SQL, "run-7"));
    assert!(submitted.accept_stored);
    let shown: Vec<_> = submitted
        .parameters
        .iter()
        .map(|one| (one.name.as_str(), one.kind.as_str(), one.value.as_deref()))
        .collect();
    let expected =
        [("age", "integer", Some("40")), ("since", "date", Some("2026-01-01")), ("ward", "text", None)];
    assert_eq!(shown, expected);
    assert_eq!(submitted.caller.unwrap().roles, ["researcher"]);
}

#[tokio::test]
async fn the_least_that_a_query_needs_is_database_and_sql() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    client.post(PATH, &json!({"database": "demo", "sql": "SELECT 1"})).await.json(StatusCode::ACCEPTED);
    let submitted = site.asked.state().runs.submitted.remove(0);
    assert_eq!((submitted.kind.as_str(), submitted.idempotency_key.as_str()), ("rows", ""));
    assert!(submitted.parameters.is_empty() && !submitted.accept_stored);
}

#[tokio::test]
async fn what_the_gate_refuses_is_told_with_its_place() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let sentence = "DELETE at line 1, column 1 is not allowed: only queries that read are.";
    site.asked.state().runs.refusal = Some(Refusal::invalid("sql", sentence));
    let reply = client.post(PATH, &json!({"database": "demo", "sql": "DELETE FROM note"})).await;
    assert_eq!(reply.errors(StatusCode::UNPROCESSABLE_ENTITY), [("sql".to_owned(), sentence.to_owned())]);
    site.asked.state().runs.refusal = Some(Refusal::invalid("parameters[1]", "This is no day."));
    let body = json!({"database": "demo", "sql": "SELECT :a, :b", "parameters": {"b": "x", "a": 1}});
    let errors = client.post(PATH, &body).await.errors(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(errors[0].0, "parameters.b");
}

#[tokio::test]
async fn what_cannot_be_read_names_its_field_and_runs_nothing() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let wrong = [
        (json!({"sql": "SELECT 1"}), StatusCode::BAD_REQUEST, "database"),
        (json!({"database": "demo", "sql": 1}), StatusCode::BAD_REQUEST, "sql"),
        (json!({"database": "demo", "sql": "", "kind": "all"}), StatusCode::BAD_REQUEST, "kind"),
        (json!({"database": "demo", "sql": "", "parameters": [1]}), StatusCode::BAD_REQUEST, "parameters"),
        (json!({"database": "demo", "sql": "", "limit": 1}), StatusCode::BAD_REQUEST, "limit"),
        (
            json!({"database": "demo", "sql": "", "parameters": {"a": {}}}),
            StatusCode::UNPROCESSABLE_ENTITY,
            "parameters.a",
        ),
    ];
    for (body, status, field) in wrong {
        assert_eq!(client.post(PATH, &body).await.errors(status)[0].0, field, "{body}");
    }
    assert!(site.asked.state().runs.submitted.is_empty());
}

#[tokio::test]
async fn a_long_query_has_room() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let sql = format!("SELECT 1 WHERE rid IN ('{}')", "x".repeat(300_000));
    client.post(PATH, &json!({"database": "demo", "sql": sql})).await.json(StatusCode::ACCEPTED);
    let sql = "x".repeat(1_000_000);
    let reply = client.post(PATH, &json!({"database": "demo", "sql": sql})).await;
    reply.problem(StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_list_passes_its_filter_on() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let path = format!("{PATH}?state=done&database=demo&search=+note&offset=20&limit=10");
    let found = client.get(&path).await.json(StatusCode::OK);
    assert_eq!(found["total"], 101);
    assert_eq!(found["query_runs"].as_array().unwrap().len(), 5);
    insta::assert_snapshot!("query_run_in_a_list", pretty(&found["query_runs"][1]));
    let asked = site.asked.state().runs.listed.remove(0);
    assert_eq!(
        (asked.state.as_str(), asked.database.as_str(), asked.search.as_str()),
        ("done", "demo", "note")
    );
    assert!(!asked.everybody);
    let page = asked.page.unwrap();
    assert_eq!((page.offset, page.limit), (20, 10));
    assert_eq!(client.get(&format!("{PATH}?status=x")).await.errors(StatusCode::BAD_REQUEST)[0].0, "status");
}

#[tokio::test]
async fn a_run_tells_all_about_itself() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let done = client.get(&format!("{PATH}/{}", run_samples::DONE)).await.json(StatusCode::OK);
    insta::assert_snapshot!("query_run", pretty(&done));
    let failed = client.get(&format!("{PATH}/{}", run_samples::FAILED)).await.json(StatusCode::OK);
    assert_eq!(failed["problem"], "The database says: column \"agee\" does not exist.");
    assert_eq!((&failed["certificate"], &failed["queue_place"]), (&json!(null), &json!(null)));
}

#[tokio::test]
async fn a_cancel_says_whether_it_is_done_yet() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let queued = client.send(delete(run_samples::QUEUED)).await.json(StatusCode::OK);
    assert_eq!(queued, json!({"id": run_samples::QUEUED, "state": "cancelled", "cancelling": false}));
    let running = client.send(delete(run_samples::RUNNING)).await.json(StatusCode::ACCEPTED);
    assert_eq!(running, json!({"id": run_samples::RUNNING, "state": "running", "cancelling": true}));
    let ended = client.send(delete(run_samples::DONE)).await.problem(StatusCode::CONFLICT);
    assert_eq!(ended["detail"], "This run has already ended.");
    assert_eq!(site.asked.state().runs.cancelled.len(), 2);
}

#[tokio::test]
async fn the_databases_say_which_of_them_is_down() {
    let site = Site::start().await;
    let found = Client::of(&site, Role::Researcher).await.get("/api/v1/databases").await;
    insta::assert_snapshot!("databases", pretty(&found.json(StatusCode::OK)));
}

/// Another user's run and none at all are the same, whatever is asked of it.
#[tokio::test]
async fn a_run_of_somebody_else_is_not_there_by_any_verb_or_format() {
    let site = Site::start().await;
    let nobodys = "01981f00-0000-7000-8000-00000000ffff";
    let mut answers = Vec::new();
    for (role, id) in [
        (Role::Clinician, run_samples::DONE),
        (Role::Rdbm, run_samples::DONE),
        (Role::Admin, run_samples::RUNNING),
        (Role::Clinician, run_samples::RUNNING),
        (Role::Researcher, nobodys),
    ] {
        let client = Client::of(&site, role).await;
        let run = format!("{PATH}/{id}");
        let mut calls = vec![
            (Method::GET, run.clone()),
            (Method::HEAD, run.clone()),
            (Method::DELETE, run.clone()),
            (Method::GET, format!("{run}/rows")),
            (Method::GET, format!("{run}/rows?offset=50&sort=-age&columns=age&filter=age:equals:4")),
            (Method::GET, format!("{run}/events")),
        ];
        let formats = ["csv", "tsv", "xlsx", "parquet"];
        calls.extend(formats.map(|format| (Method::GET, format!("{run}/export?format={format}"))));
        calls.extend(formats.map(|format| (Method::HEAD, format!("{run}/export?format={format}"))));
        for (method, path) in calls {
            let request = Request::builder().method(&method).uri(&path).body(Body::empty()).unwrap();
            let reply = client.send(request).await;
            assert_eq!(reply.status, StatusCode::NOT_FOUND, "{role} {method} {path}");
            if method != Method::HEAD {
                answers.push(reply.problem(StatusCode::NOT_FOUND)["detail"].clone());
            }
        }
    }
    answers.dedup();
    assert_eq!(answers, ["There is no such run."]);
    assert!(site.asked.state().runs.cancelled.is_empty());
    assert!(site.asked.state().runs.exported.is_empty());
    assert!(site.audited().await.is_empty());
}
