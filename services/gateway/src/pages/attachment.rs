//! Files that the browser saves.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue};

/// Headers that make the browser save the answer under this name.
pub fn headers(file_name: &str, content_type: &str) -> [(HeaderName, HeaderValue); 2] {
    let safe = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = file_name.chars().filter(safe).collect();
    let value = |text: String| {
        HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"))
    };
    [
        (CONTENT_TYPE, value(content_type.to_owned())),
        (CONTENT_DISPOSITION, value(format!("attachment; filename=\"{name}\""))),
    ]
}
