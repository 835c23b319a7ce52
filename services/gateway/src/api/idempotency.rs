//! The header by which a caller makes a submission happen once.

use axum::http::HeaderMap;

use super::FieldError;

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The caller's key; empty where there is none.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<String, FieldError> {
    let key = headers.get(IDEMPOTENCY_KEY).map_or(Ok(""), |key| key.to_str());
    key.map(str::to_owned)
        .map_err(|_| FieldError::new(IDEMPOTENCY_KEY, "use letters, digits and signs of ASCII"))
}
