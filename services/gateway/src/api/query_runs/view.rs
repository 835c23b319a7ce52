//! A query string that says how to look at a result.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use coffer_proto::query::v1::View;
use url::form_urlencoded;

use crate::api::{ApiError, FieldError};
use crate::domain::result_view::{self, KEYS};

/// The view of a query string, and its other pairs.
#[derive(Debug, Default)]
pub(in crate::api) struct ApiView {
    pub(super) view: View,
    /// Each key once.
    rest: Vec<(String, String)>,
}

impl<S: Sync> FromRequestParts<S> for ApiView {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        Self::read(parts.uri.query().unwrap_or_default())
    }
}

impl ApiView {
    fn read(query: &str) -> Result<Self, ApiError> {
        let pairs: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let borrowed = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let view = result_view::read(borrowed).map_err(|error| FieldError::new(error.key, error.message))?;
        let rest = pairs.into_iter().filter(|(key, _)| !KEYS.contains(&key.as_str())).collect();
        Ok(Self { view, rest })
    }

    /// Takes the value of a key that is no part of the view.
    pub(super) fn take(&mut self, key: &str) -> Option<String> {
        let place = self.rest.iter().position(|(name, _)| name == key)?;
        Some(self.rest.remove(place).1)
    }

    /// The number of such a key.
    pub(super) fn take_number<N: std::str::FromStr>(&mut self, key: &str) -> Result<Option<N>, FieldError> {
        let number = self.take(key).map(|text| text.parse()).transpose();
        number.map_err(|_| FieldError::new(key, "must be a whole number, 0 or more"))
    }

    /// Ends the reading: a key that nobody took is a mistake.
    pub(super) fn finish(self) -> Result<View, ApiError> {
        let unknown = self.rest.into_iter().map(|(key, _)| FieldError::new(key, "there is no such field"));
        let errors: Vec<_> = unknown.collect();
        if errors.is_empty() { Ok(self.view) } else { Err(ApiError::unreadable(errors)) }
    }
}
