//! Why a call of the API failed.

use axum::Extension;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use coffer_bus::AskError;
use coffer_proto::common::v1::Refusal;
use coffer_proto::common::v1::refusal::Code;
use serde::Serialize;
use utoipa::ToSchema;

use crate::web::PageError;

/// One thing wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct FieldError {
    /// Where, such as `patients[3].rid`; empty: the whole body.
    #[schema(examples("patients[3].rid"))]
    pub field: String,
    /// What is wrong, in words.
    pub message: String,
}

/// Why a call failed; travels beside the status until [`super::problem_details`] writes it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) status: StatusCode,
    /// A sentence; none: the one of the status.
    pub(super) detail: Option<String>,
    pub(super) errors: Vec<FieldError>,
}

impl FieldError {
    pub(super) fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

impl ApiError {
    /// An error that its status explains.
    pub(super) fn new(status: StatusCode) -> Self {
        Self { status, detail: None, errors: Vec::new() }
    }

    /// The values were read, but cannot be used.
    pub(super) fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY) }
    }

    /// What was sent cannot be read.
    pub(super) fn unreadable(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST) }
    }

    /// Takes an outer field, such as the name of a message, off the fields.
    #[must_use]
    pub(super) fn below(mut self, outer: &str) -> Self {
        for error in &mut self.errors {
            if let Some(inner) = error.field.strip_prefix(outer) {
                error.field = inner.to_owned();
            }
        }
        self
    }

    fn refused(refusal: Refusal) -> Self {
        let status = match refusal.code() {
            Code::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Code::Forbidden => StatusCode::FORBIDDEN,
            Code::NotFound => StatusCode::NOT_FOUND,
            Code::Conflict => StatusCode::CONFLICT,
            Code::Unavailable => return Self::new(StatusCode::SERVICE_UNAVAILABLE),
            Code::Internal | Code::Unspecified => return Self::new(StatusCode::INTERNAL_SERVER_ERROR),
        };
        let named = !refusal.field.is_empty();
        let errors = named.then(|| FieldError::new(refusal.field, refusal.message.clone()));
        Self { status, detail: Some(refusal.message), errors: errors.into_iter().collect() }
    }
}

impl From<AskError> for ApiError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Refused(refusal) => Self::refused(refusal),
            failed => PageError::from(failed).into(),
        }
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        PageError::from(error).into()
    }
}

impl From<PageError> for ApiError {
    fn from(error: PageError) -> Self {
        match error {
            PageError::SignIn { .. } | PageError::Unauthorised => Self::new(StatusCode::UNAUTHORIZED),
            PageError::Forbidden => Self::new(StatusCode::FORBIDDEN),
            PageError::NotFound => Self::new(StatusCode::NOT_FOUND),
            PageError::Refused(status, detail) => Self { detail: Some(detail), ..Self::new(status) },
            PageError::Unavailable => Self::new(StatusCode::SERVICE_UNAVAILABLE),
            PageError::Internal => Self::new(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Extension(self)).into_response()
    }
}
