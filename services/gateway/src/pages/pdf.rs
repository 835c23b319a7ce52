//! PDFs for the browser's own viewer.

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use coffer_proto::consent::v1::Document;

/// Shows the document; saving it takes its file name.
pub fn show(document: Document) -> Response {
    let safe = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = document.file_name.chars().filter(safe).collect();
    let headers = [
        (CONTENT_TYPE, "application/pdf".to_owned()),
        (CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")),
    ];
    (headers, document.pdf).into_response()
}
