//! Who calls the API.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;

use super::ApiError;
use crate::auth::CurrentUser;

/// The authenticated user; without one a program gets 401, where a person would be sent to the sign-in page.
pub(super) struct ApiUser(pub(super) CurrentUser);

impl<S: Sync> FromRequestParts<S> for ApiUser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let user = parts.extensions.get::<CurrentUser>().cloned();
        user.map(Self).ok_or_else(|| ApiError::new(StatusCode::UNAUTHORIZED))
    }
}
