//! Letters: the print queue (RDBM).

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use coffer_proto::consent::v1::{self as contract, ListLetters, MarkLetter, OpenLetter};
use coffer_types::{LetterId, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{known, moment};
use super::{Answer, ApiError, ApiJson, ApiQuery, ApiUser, Slice};
use crate::app::App;
use crate::pages::pdf;
use crate::web::Id;

/// A letter.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Letter {
    id: String,
    /// approval, withdrawal, mode_confirmation, pack
    kind: String,
    title: String,
    contact_request_id: Option<String>,
    made_at: Option<DateTime<Utc>>,
    /// to_print, printed, posted, not_for_post
    state: String,
    sha256: String,
    /// Whether the caller may open the PDF.
    may_open: bool,
}

/// What the list shows.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// to_print, printed or posted; left out: all.
    state: Option<String>,
    /// Rows to leave out.
    offset: Option<u32>,
    /// Rows wanted; 50 where left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A slice of the letters.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Letters {
    letters: Vec<Letter>,
    /// How many there are in all.
    total: u32,
}

/// What became of a letter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(super) struct Mark {
    state: Marked,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Marked {
    Printed,
    Posted,
}

/// The letters (RDBM).
#[utoipa::path(get, path = "/letters", tag = "letters", operation_id = "list_letters", params(Filter),
    responses((status = OK, body = Letters, description = "A slice of the list")))]
pub(super) async fn list(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    ApiQuery(filter): ApiQuery<Filter>,
) -> Answer<Letters> {
    user.require(&[Role::Rdbm])?;
    let page = Slice { offset: filter.offset, limit: filter.limit }.page()?;
    let state = filter.state.unwrap_or_default();
    let found = app.bus.ask(&ListLetters { caller: Some(user.caller()), state, page: Some(page) }).await?;
    let letters = found.letters.into_iter().map(Letter::from).collect();
    Ok(Json(Letters { letters, total: found.total }))
}

/// The PDF of a letter, for those who may open it; audited.
#[utoipa::path(get, path = "/letters/{id}/pdf", tag = "letters", operation_id = "open_letter",
    params(("id" = Uuid, Path)),
    responses((status = OK, content_type = "application/pdf", body = String, description = "The letter")))]
pub(super) async fn open(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    Id(id): Id<LetterId>,
) -> Result<Response, ApiError> {
    let document = app.bus.ask(&OpenLetter { caller: Some(user.caller()), id: id.to_string() }).await?;
    app.audit(Some(user.id), "open_letter", &id.to_string()).await?;
    Ok(pdf::show(document))
}

/// Marks a letter as printed or posted (RDBM).
#[utoipa::path(post, path = "/letters/{id}/state", tag = "letters", operation_id = "mark_letter",
    params(("id" = Uuid, Path)), request_body = Mark,
    responses((status = OK, body = Letter, description = "The letter afterwards")))]
pub(super) async fn mark(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    Id(id): Id<LetterId>,
    ApiJson(body): ApiJson<Mark>,
) -> Answer<Letter> {
    user.require(&[Role::Rdbm])?;
    let state = match body.state {
        Marked::Printed => "printed",
        Marked::Posted => "posted",
    };
    let question = MarkLetter { caller: Some(user.caller()), id: id.to_string(), state: state.to_owned() };
    Ok(Json(app.bus.ask(&question).await?.into()))
}

impl From<contract::LetterRow> for Letter {
    fn from(letter: contract::LetterRow) -> Self {
        Self {
            id: letter.id,
            kind: letter.kind,
            title: letter.title,
            contact_request_id: known(letter.contact_request_id),
            made_at: moment(letter.made_at),
            state: letter.state,
            sha256: letter.sha256,
            may_open: letter.may_open,
        }
    }
}
