//! A stored result as a file: streamed from research-query to the browser, part by part.

use axum::body::Body;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use coffer_bus::AskError;
use coffer_proto::query::v1::{ExportResult, FileBegin, View};
use coffer_types::RunId;

use super::PageError;
use crate::app::App;
use crate::auth::CurrentUser;

/// The formats, with their words for people.
pub const FORMATS: [(&str, &str); 4] =
    [("csv", "CSV"), ("tsv", "TSV"), ("xlsx", "Excel (XLSX)"), ("parquet", "Parquet")];

/// Why no file comes.
#[derive(Debug)]
pub enum ExportError {
    /// Research-query does not give it.
    Asked(AskError),
    /// The audit trail cannot be written, so nothing leaves.
    Audit(sqlx::Error),
}

impl From<ExportError> for PageError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Asked(error) => error.into(),
            ExportError::Audit(error) => error.into(),
        }
    }
}

/// The file of a view of a result; audited before the first byte. When its source breaks off, so does the
/// download: half a file must not look like a whole one.
pub async fn export(
    app: &App,
    user: &CurrentUser,
    id: RunId,
    format: &str,
    view: View,
) -> Result<Response, ExportError> {
    let question = ExportResult {
        caller: Some(user.caller()),
        run_id: id.to_string(),
        format: format.to_owned(),
        view: Some(view),
    };
    let (begin, parts) = app.bus.ask_stream(&question).await.map_err(ExportError::Asked)?;
    app.audit(Some(user.id), "export_result", &format!("{id} {format}")).await.map_err(ExportError::Audit)?;
    let mut response = (StatusCode::OK, Body::from_stream(parts)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, value(&begin.content_type, "application/octet-stream"));
    headers.insert(CONTENT_DISPOSITION, value(&attachment(&begin), "attachment"));
    Ok(response)
}

fn attachment(begin: &FileBegin) -> String {
    let safe = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = begin.file_name.chars().filter(safe).collect();
    format!("attachment; filename=\"{name}\"")
}

fn value(text: &str, otherwise: &'static str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(otherwise))
}
