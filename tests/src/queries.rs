//! Query runs through the JSON API.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::Api;

/// The states in which a run stays.
const ENDED: [&str; 4] = ["done", "failed", "cancelled", "timed_out"];

impl Api {
    /// Queues a run on the demo database; gives its id.
    pub async fn run(&self, sql: &str) -> String {
        self.run_with(json!({"database": "demo", "sql": sql})).await
    }

    /// Queues a run; gives its id.
    pub async fn run_with(&self, body: Value) -> String {
        let (status, run) = self.post("/query-runs", &body).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{run:#}");
        run.get("id").and_then(Value::as_str).expect("a run has an id").to_owned()
    }

    /// Waits until a run has ended; gives it.
    pub async fn ended(&self, run: &str) -> Value {
        let ended =
            |run: &Value| run.get("state").and_then(Value::as_str).is_some_and(|s| ENDED.contains(&s));
        self.wait_for(&format!("/query-runs/{run}"), ended).await
    }

    /// Runs SQL on the demo database to its end, which must be good; gives the run.
    pub async fn done(&self, sql: &str) -> Value {
        let run = self.ended(&self.run(sql).await).await;
        assert_eq!(run.get("state").and_then(Value::as_str), Some("done"), "{run:#}");
        run
    }

    /// The rows of a page.
    pub async fn rows(&self, run: &str, query: &str) -> Vec<Value> {
        let (status, page) = self.get(&format!("/query-runs/{run}/rows?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{page:#}");
        page.get("rows").and_then(Value::as_array).cloned().expect("a page has rows")
    }
}
