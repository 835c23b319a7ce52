//! A client of the JSON API, as one account.

use reqwest::header::HeaderValue;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

/// The JSON API with one account's token.
#[derive(Debug, Clone)]
pub struct Api {
    client: Client,
    base: String,
    token: String,
}

/// A status with its JSON (null when there is none).
pub type Answer = (StatusCode, Value);

impl Api {
    pub(crate) fn new(gateway: &str, token: &str) -> Self {
        Self { client: Client::new(), base: format!("{gateway}/api/v1"), token: token.to_owned() }
    }

    /// A request to a path such as `/studies`, signed in.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token)
    }

    /// GET
    pub async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    /// POST of JSON
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::POST, path).json(body)).await
    }

    /// DELETE
    pub async fn delete(&self, path: &str) -> Answer {
        answer(self.request(Method::DELETE, path)).await
    }

    /// Submits contact requests for research ids; gives the ids of the requests, in their order.
    pub async fn submit(
        &self,
        study_id: &str,
        direct_approach: bool,
        rids: &[impl AsRef<str>],
    ) -> Vec<String> {
        let patients: Vec<_> = rids.iter().map(|rid| json!({"rid": rid.as_ref()})).collect();
        let body = json!({"study_id": study_id, "direct_approach": direct_approach, "patients": patients});
        let key = HeaderValue::try_from(Uuid::new_v4().to_string()).expect("a UUID is a header");
        let request = self.request(Method::POST, "/contact-requests").header("Idempotency-Key", key);
        let (status, answer) = answer(request.json(&body)).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
        let list = answer.get("contact_requests").and_then(Value::as_array).cloned().unwrap_or_default();
        list.iter().filter_map(|request| request.get("id")?.as_str().map(str::to_owned)).collect()
    }

    /// Reads a path again and again until `enough` says so; gives the last answer's JSON.
    pub async fn wait_for(&self, path: &str, enough: impl Fn(&Value) -> bool) -> Value {
        let end = tokio::time::Instant::now() + std::time::Duration::from_secs(30);
        loop {
            let (_, value) = self.get(path).await;
            if enough(&value) {
                return value;
            }
            assert!(tokio::time::Instant::now() < end, "not what was waited for at {path}: {value:#}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
}

async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the gateway answers");
    let status = response.status();
    let text = response.text().await.expect("the answer has a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}
