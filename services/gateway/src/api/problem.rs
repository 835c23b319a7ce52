//! Problem details (RFC 9457): every error below `/api/`, whoever made it, in one form.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ApiError, FieldError};
use crate::web::Problem;

/// The media type of [`ProblemDetails`].
pub(super) const PROBLEM_JSON: &str = "application/problem+json";

/// Why a call failed, as RFC 9457 has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct ProblemDetails {
    /// Always `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The name of the status.
    #[schema(examples("Unprocessable Entity"))]
    pub title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// A sentence for a person.
    pub detail: String,
    /// The trace of this call, for whoever looks into it.
    pub trace_id: Option<String>,
    /// What is wrong with which field; left out where no field is to blame.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
}

/// Middleware: errors of the API become [`ProblemDetails`], those of layers and unknown routes too.
pub async fn problem_details(request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let status = response.status();
    if is_api && (status.is_client_error() || status.is_server_error()) {
        describe(response)
    } else {
        response
    }
}

fn describe(response: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    let error = parts.extensions.remove::<ApiError>().unwrap_or_else(|| ApiError::new(parts.status));
    let told = error.detail.or_else(|| parts.extensions.remove::<Problem>().map(|problem| problem.0));
    let problem = ProblemDetails {
        kind: "about:blank",
        title: parts.status.canonical_reason().unwrap_or("Error"),
        status: parts.status.as_u16(),
        detail: told.unwrap_or_else(|| sentence(parts.status).to_owned()),
        trace_id: coffer_runtime::telemetry::current_trace_id(),
        errors: error.errors,
    };
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    if parts.status == StatusCode::UNAUTHORIZED {
        parts.headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    // Plain texts and numbers always have a JSON form.
    let body = serde_json::to_vec(&problem).unwrap_or_default();
    Response::from_parts(parts, Body::from(body))
}

/// What a status means here; also in the OpenAPI document.
pub(super) fn sentence(status: StatusCode) -> &'static str {
    match status {
        StatusCode::BAD_REQUEST => "What was sent cannot be read.",
        StatusCode::UNAUTHORIZED => "This needs a valid bearer token or a session.",
        StatusCode::FORBIDDEN => "Your role does not allow this.",
        StatusCode::NOT_FOUND => "There is nothing at this address, or it is not yours to see.",
        StatusCode::METHOD_NOT_ALLOWED => "This address does not know this method; see the header `Allow`.",
        StatusCode::CONFLICT => "The state of things does not allow this any more.",
        StatusCode::PAYLOAD_TOO_LARGE => "The body is too large. Send less at a time.",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            "The body must be JSON, with the content type application/json."
        }
        StatusCode::UNPROCESSABLE_ENTITY => "Some values cannot be used; nothing was done.",
        StatusCode::TOO_MANY_REQUESTS => "Too many calls. Wait a few minutes, then try again.",
        StatusCode::SERVICE_UNAVAILABLE => "This part of the service is not available. Try again later.",
        status if status.is_client_error() => "What was sent is not as expected.",
        _ => "Something went wrong on our side; it has been recorded.",
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::to_bytes;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt as _;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    async fn call(path: &str) -> (StatusCode, HeaderValue, String) {
        async fn fail() -> StatusCode {
            panic!("patient 9434765919");
        }
        let router = Router::new()
            .route("/api/v1/panic", get(fail))
            .route("/page", get(async || StatusCode::NOT_FOUND))
            .layer(CatchPanicLayer::new())
            .layer(from_fn(problem_details));
        let response = router.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        let kind = parts.headers.get(CONTENT_TYPE).cloned().unwrap_or_else(|| HeaderValue::from_static(""));
        (parts.status, kind, text)
    }

    #[tokio::test]
    async fn a_panic_is_our_fault_and_says_no_more() {
        let (status, kind, text) = call("/api/v1/panic").await;
        assert_eq!((status, kind.to_str().unwrap()), (StatusCode::INTERNAL_SERVER_ERROR, PROBLEM_JSON));
        let problem: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(problem["status"], 500);
        assert_eq!(problem["detail"], "Something went wrong on our side; it has been recorded.");
        assert!(!text.contains("9434765919"));
    }

    #[tokio::test]
    async fn pages_keep_their_own_errors() {
        assert_eq!(call("/page").await.2, "");
    }
}
