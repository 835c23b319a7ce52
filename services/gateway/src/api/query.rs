//! Query strings, and the slice of a list that they ask for.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use coffer_proto::common::v1::Page;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::body::fault;
use super::{ApiError, FieldError};

/// Rows of a list where the caller names no limit.
const DEFAULT_LIMIT: u32 = 50;
/// The most rows of one answer.
const MOST: u32 = 500;

/// A query string; what cannot be read is 400 and names its field.
pub(super) struct ApiQuery<T>(pub(super) T);

/// What slice of a list is wanted.
pub(super) struct Slice {
    pub(super) offset: Option<u32>,
    pub(super) limit: Option<u32>,
}

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let read = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs));
        read.map(Self).map_err(|error| fault(&error.path().to_string(), &error.inner().to_string()))
    }
}

impl Slice {
    /// For the contract.
    pub(super) fn page(self) -> Result<Page, FieldError> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MOST).contains(&limit) {
            return Err(FieldError::new("limit", format!("must be 1 to {MOST}")));
        }
        Ok(Page { offset: self.offset.unwrap_or_default(), limit })
    }
}

impl From<FieldError> for ApiError {
    fn from(error: FieldError) -> Self {
        Self::invalid(vec![error])
    }
}
