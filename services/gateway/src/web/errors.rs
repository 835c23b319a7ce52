//! Errors as people see them: a plain sentence and the trace id, never internals.

use askama::Template as _;
use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use coffer_bus::AskError;
use coffer_proto::common::v1::refusal::Code;
use url::form_urlencoded;

use crate::pages::{ErrorPage, Shell};

/// Why a page could not be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageError {
    /// Nobody is signed in; afterwards they come back to `next`.
    SignIn {
        /// A path of this site.
        next: String,
    },
    /// Nobody is signed in, and the request is not a page's.
    Unauthorised,
    /// The role does not allow it.
    Forbidden,
    /// No such thing, or not theirs.
    NotFound,
    /// What was asked for cannot be done, with the reason for the person.
    Refused(StatusCode, String),
    /// A service behind is down.
    Unavailable,
    /// Our fault; the log tells more.
    Internal,
}

/// Travels beside an error answer until [`friendly`] makes the page of it.
#[derive(Debug, Clone)]
pub struct Problem(pub String);

impl PageError {
    /// Sends a person to the sign-in page; a page's own requests for events just fail.
    pub fn sign_in(parts: &Parts) -> Self {
        if wants_events(&parts.headers) {
            return Self::Unauthorised;
        }
        let page = (parts.method == Method::GET).then(|| parts.uri.path_and_query()).flatten();
        Self::SignIn { next: page.map_or_else(|| "/".to_owned(), ToString::to_string) }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::SignIn { .. } => StatusCode::SEE_OTHER,
            Self::Unauthorised => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Refused(status, _) => *status,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Whether the request comes from a live part of a page.
pub fn wants_events(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .is_some_and(|accept| accept.as_bytes().windows(17).any(|part| part == b"text/event-stream"))
}

impl From<AskError> for PageError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Refused(refusal) => match refusal.code() {
                Code::NotFound => Self::NotFound,
                Code::Forbidden => Self::Forbidden,
                Code::Conflict => Self::Refused(StatusCode::CONFLICT, refusal.message),
                Code::Invalid => Self::Refused(StatusCode::UNPROCESSABLE_ENTITY, refusal.message),
                Code::Unavailable => Self::Unavailable,
                Code::Internal | Code::Unspecified => Self::Internal,
            },
            AskError::Unavailable => Self::Unavailable,
            error @ AskError::Broken(..) => {
                tracing::error!(%error, "an answer could not be read");
                Self::Internal
            }
        }
    }
}

impl From<sqlx::Error> for PageError {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the gateway's database failed");
        Self::Internal
    }
}

impl From<askama::Error> for PageError {
    fn from(error: askama::Error) -> Self {
        tracing::error!(%error, "a page could not be rendered");
        Self::Internal
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let status = self.status();
        match self {
            Self::SignIn { next } => {
                let query: String =
                    form_urlencoded::Serializer::new(String::new()).append_pair("next", &next).finish();
                Redirect::to(&format!("/sign-in?{query}")).into_response()
            }
            Self::Refused(_, message) => (status, axum::Extension(Problem(message))).into_response(),
            _ => status.into_response(),
        }
    }
}

/// Middleware: every error answer becomes a page, whoever made it. Forms that come back with
/// their errors are pages already, and programs get theirs from the JSON API.
pub(super) async fn friendly(shell: Shell, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let status = response.status();
    let is_error = status.is_client_error() || status.is_server_error();
    let is_page =
        response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_error || is_page || is_api {
        return response;
    }
    let (mut parts, _) = response.into_parts();
    let (heading, text) = words(status);
    let text = parts.extensions.remove::<Problem>().map_or_else(|| text.to_owned(), |problem| problem.0);
    let page = ErrorPage {
        layout: shell.layout(heading),
        heading,
        text,
        reference: coffer_runtime::telemetry::current_trace_id().unwrap_or_default(),
    };
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    let body = page.render().unwrap_or_else(|_| heading.to_owned());
    Response::from_parts(parts, body.into())
}

/// Heading and sentence of an error page.
fn words(status: StatusCode) -> (&'static str, &'static str) {
    match status {
        StatusCode::UNAUTHORIZED => ("Sign in again", "Your session has ended."),
        StatusCode::FORBIDDEN => {
            ("You may not do this", "Your role does not allow it. Ask an administrator if it should.")
        }
        StatusCode::NOT_FOUND => {
            ("Page not found", "There is nothing at this address, or it is not yours to see.")
        }
        StatusCode::METHOD_NOT_ALLOWED => ("Page not found", "This address cannot be used in this way."),
        StatusCode::CONFLICT => {
            ("This is no longer possible", "Something has changed since the page was shown.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            ("Too much at once", "What you sent is too large. Send less at a time.")
        }
        StatusCode::TOO_MANY_REQUESTS => ("Too many attempts", "Wait a few minutes, then try again."),
        StatusCode::REQUEST_TIMEOUT => ("This took too long", "Try again in a few minutes."),
        StatusCode::SERVICE_UNAVAILABLE => (
            "This part of the service is not available",
            "Nothing you entered has been used. Try again in a few minutes.",
        ),
        status if status.is_client_error() => (
            "This could not be understood",
            "Something is missing from what was sent, or is not as expected.",
        ),
        _ => (
            "Sorry, there is a problem with the service",
            "It is our fault, and it has been recorded. Try again later.",
        ),
    }
}
