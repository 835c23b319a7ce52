//! A stored result as a file.

use axum::extract::State;
use axum::response::Response;
use coffer_types::RunId;

use super::TAG;
use super::rows::ViewOfResult;
use super::view::ApiView;
use crate::api::{ApiError, ApiUser, FieldError};
use crate::app::App;
use crate::web::Id;
use crate::web::export::{ExportError, FORMATS, export};

/// Which file is wanted; read by [`ApiView`].
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query string")]
pub(in crate::api) struct FileOfView {
    /// csv, tsv, xlsx or parquet
    format: String,
}

/// The stored result as a file, sorted and filtered as asked; audited.
///
/// A download that breaks off is not complete: the last chunk is missing then, and clients report it.
#[utoipa::path(get, path = "/query-runs/{id}/export", tag = TAG, operation_id = "export_query_run",
    params(("id" = Uuid, Path), FileOfView, ViewOfResult),
    responses((status = OK, description = "The file", content(
        (String = "text/csv"), (String = "text/tab-separated-values"),
        (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (String = "application/vnd.apache.parquet")))))]
pub(in crate::api) async fn file(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    Id(id): Id<RunId>,
    mut query: ApiView,
) -> Result<Response, ApiError> {
    let format = query.take("format").unwrap_or_default();
    let view = query.finish()?;
    if !FORMATS.iter().any(|(word, _)| *word == format) {
        return Err(FieldError::new("format", "must be csv, tsv, xlsx or parquet").into());
    }
    export(&app, &user, id, &format, view).await.map_err(|error| ApiError::from(error).below("view."))
}

impl From<ExportError> for ApiError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Asked(error) => error.into(),
            ExportError::Audit(error) => error.into(),
        }
    }
}
