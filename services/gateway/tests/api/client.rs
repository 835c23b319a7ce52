//! A program that calls the API with a bearer token.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use coffer_gateway::auth::SecretToken;
use coffer_gateway::store::api_tokens;
use coffer_types::Role;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::support::{Site, now, user_id};

/// Calls with the token of one user, as programs do: no cookie, no headers of browsers.
pub(crate) struct Client {
    router: Router,
    token: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Client {
    /// A program with a token of this role's user.
    pub(crate) async fn of(site: &Site, role: Role) -> Self {
        let token = SecretToken::generate();
        api_tokens::add(&site.pool, &token.hash(), user_id(role), "test", now()).await.unwrap();
        Self { router: site.router.clone(), token: token.expose().to_owned() }
    }

    /// A program with a token that nobody gave out.
    pub(crate) fn stranger(site: &Site) -> Self {
        Self { router: site.router.clone(), token: SecretToken::generate().expose().to_owned() }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_raw(path, "application/json", body.to_string()).await
    }

    pub(crate) async fn post_raw(&self, path: &str, kind: &str, body: impl Into<Body>) -> Reply {
        self.send(Request::post(path).header("content-type", kind).body(body.into()).unwrap()).await
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Reply {
        let authorization = format!("Bearer {}", self.token).parse().unwrap();
        request.headers_mut().insert("authorization", authorization);
        send(&self.router, request).await
    }
}

/// Sends a request as it is.
pub(crate) async fn send(router: &Router, request: Request<Body>) -> Reply {
    let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Reply { status: parts.status, headers: parts.headers, text }
}

/// For snapshots.
pub(crate) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap()
}

impl Reply {
    /// The body of a success.
    pub(crate) fn json(&self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/json");
        serde_json::from_str(&self.text).unwrap()
    }

    /// The body of an error: always problem details that agree with the status.
    pub(crate) fn problem(&self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        let problem: Value = serde_json::from_str(&self.text).unwrap();
        assert_eq!(problem["type"], "about:blank");
        assert_eq!(problem["status"], status.as_u16());
        assert_eq!(problem["title"], status.canonical_reason().unwrap());
        assert!(problem["detail"].as_str().unwrap().ends_with('.'), "{problem}");
        assert!(problem.as_object().unwrap().contains_key("trace_id"));
        problem
    }

    /// Fields and messages of an error.
    pub(crate) fn errors(&self, status: StatusCode) -> Vec<(String, String)> {
        let problem = self.problem(status);
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        errors.iter().map(|error| (text(&error["field"]), text(&error["message"]))).collect()
    }
}
