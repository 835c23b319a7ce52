//! A query runs once; pages, sorting and files come from its stored result.

use coffer_tests::{Api, System};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};

const NOTES: &str = "select note_id, rid, written_on, kind, body from note order by note_id";

/// Statements that the research database has seen, by its own count.
async fn statements(system: &System) -> i64 {
    let mut connection = PgConnection::connect(system.database_url("coffer_gateway")).await.unwrap();
    // What is counted is written out when a backend ends or has been idle for a moment.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let name = system.database_url("demo_research").rsplit_once('/').unwrap().1.to_owned();
    sqlx::query_scalar("select xact_commit + xact_rollback from pg_stat_database where datname = $1")
        .bind(name)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_query_runs_once_and_everything_else_reads_its_stored_result() {
    let system = System::start_with(quiet()).await;
    let researcher = system.api("researcher");
    let run = researcher.done(NOTES).await;
    let id = run["id"].as_str().unwrap();
    let rows = run["rows"].as_u64().unwrap();
    assert!(rows > 500, "{run:#}");
    assert_eq!(run["certificate"]["rows"].as_u64(), Some(rows));
    assert_eq!(run["certificate"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(run["trace_id"].as_str().unwrap().len(), 32);

    let before = statements(&system).await;
    let first = researcher.rows(id, "limit=50").await;
    let second = researcher.rows(id, "offset=50&limit=50").await;
    assert_eq!((first.len(), second.len()), (50, 50));
    assert_eq!((&first[0][0], &second[0][0]), (&json!(1), &json!(51)));
    let last = researcher.rows(id, "sort=-note_id&limit=1&columns=note_id,kind").await;
    assert_eq!(last[0][0], json!(rows));
    assert_eq!(last[0].as_array().unwrap().len(), 2);
    let csv = export(&researcher, id, "csv").await;
    assert_eq!(statements(&system).await, before, "a page or an export asked the research database");
    assert!(csv.starts_with("note_id,rid,written_on,kind,body"));
}

/// Nothing else asks the research database while the test counts.
fn quiet() -> coffer_tests::SystemOptions {
    let setting = ("research-query", "COFFER_SCHEMA__REFRESH_SECONDS", "3600".to_owned());
    coffer_tests::SystemOptions { settings: vec![setting], ..Default::default() }
}

async fn export(api: &Api, run: &str, format: &str) -> String {
    let request = api.request(Method::GET, &format!("/query-runs/{run}/export?format={format}"));
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let file = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(file.contains(&format!(".{format}")), "{file}");
    String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned()
}

#[tokio::test]
async fn parameters_are_bound_and_keep_their_kind() {
    let system = System::start().await;
    let researcher = system.api("researcher");
    let sql = "select :words as words, :number as number, :day as day, :yes as yes, :nothing as nothing";
    let parameters = json!({
        "words": "'; drop table note; --",
        "number": 7,
        "day": {"type": "date", "value": "2026-11-24"},
        "yes": true,
        "nothing": null,
    });
    let body = json!({"database": "demo", "sql": sql, "parameters": parameters});
    let run = researcher.ended(&researcher.run_with(body).await).await;
    assert_eq!(run["state"], "done", "{run:#}");
    let rows = researcher.rows(run["id"].as_str().unwrap(), "").await;
    assert_eq!(rows, [json!(["'; drop table note; --", 7, "2026-11-24", true, Value::Null])]);
    assert!(run["sql"].as_str().unwrap().contains(":words"), "the SQL stays as it was written");
}

#[tokio::test]
async fn counting_and_explaining_are_runs_too() {
    let system = System::start().await;
    let researcher = system.api("researcher");
    let rows = researcher.done(NOTES).await["rows"].clone();
    let kind = |kind: &str| json!({"database": "demo", "sql": NOTES, "kind": kind});
    let counted = researcher.ended(&researcher.run_with(kind("count")).await).await;
    assert_eq!(researcher.rows(counted["id"].as_str().unwrap(), "").await, [json!([rows])]);
    let explained = researcher.ended(&researcher.run_with(kind("explain")).await).await;
    let plan = researcher.rows(explained["id"].as_str().unwrap(), "").await;
    assert!(plan.iter().any(|line| line.to_string().contains("note")), "{plan:?}");
}

#[tokio::test]
async fn the_same_submission_sent_twice_is_one_run() {
    let system = System::start().await;
    let researcher = system.api("researcher");
    let send = async |sql: &str| {
        let request = researcher.request(Method::POST, "/query-runs").header("Idempotency-Key", "once");
        let response = request.json(&json!({"database": "demo", "sql": sql})).send().await.unwrap();
        (response.status(), response.json::<Value>().await.unwrap())
    };
    let (first, second) = (send("select 1 as one").await, send("select 1 as one").await);
    assert_eq!(first.0, StatusCode::ACCEPTED);
    assert_eq!(first.1["id"], second.1["id"]);
    assert_eq!(send("select 2 as two").await.0, StatusCode::CONFLICT);
    let (_, runs) = researcher.get("/query-runs").await;
    assert_eq!(runs["total"], 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_field() {
    let system = System::start().await;
    let researcher = system.api("researcher");
    let refused = [
        (json!({"database": "demo", "sql": "delete from note"}), "sql"),
        (json!({"database": "demo", "sql": "selec 1"}), "sql"),
        (json!({"database": "demo", "sql": "select :x as x"}), "sql"),
        (json!({"database": "elsewhere", "sql": "select 1"}), "database"),
    ];
    let unreadable = [
        (json!({"database": "demo", "sql": "select 1", "kind": "guess"}), "kind"),
        (json!({"sql": "select 1"}), "database"),
    ];
    let refused = refused.map(|(body, field)| (body, field, StatusCode::UNPROCESSABLE_ENTITY));
    let unreadable = unreadable.map(|(body, field)| (body, field, StatusCode::BAD_REQUEST));
    for (body, field, expected) in refused.into_iter().chain(unreadable) {
        let (status, problem) = researcher.post("/query-runs", &body).await;
        assert_eq!(status, expected, "{body} {problem}");
        assert!(problem["errors"].to_string().contains(field), "{body} {problem}");
    }
    let run = researcher.done("select 1 as one").await;
    let id = run["id"].as_str().unwrap();
    for query in ["sort=none", "columns=none", "limit=0x", "limit=100000", "filter=one:like:1"] {
        let (status, problem) = researcher.get(&format!("/query-runs/{id}/rows?{query}")).await;
        assert!(status.is_client_error(), "{query}: {status} {problem}");
    }
    let (status, _) = researcher.get(&format!("/query-runs/{id}/export?format=exe")).await;
    assert!(status.is_client_error());
    let wrong = researcher.ended(&researcher.run("select no_such_column from note").await).await;
    assert_eq!(wrong["state"], "failed");
    assert!(wrong["problem"].as_str().unwrap().contains("no_such_column"), "{wrong:#}");
}
