//! Saved queries: one's own list, one with its versions, deleting.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect};
use coffer_proto::query::v1::{
    DeleteSavedQuery, GetSavedQuery, ListSavedQueries, SavedQuery, SavedQueryVersion,
};
use coffer_types::SavedQueryId;
use serde::Deserialize;
use uuid::Uuid;

use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::query_form::Field;
use crate::pages::paging::{Paging, slice};
use crate::pages::{Answer, Layout, Shell, format, page, words};
use crate::web::{FormErrors, Id, PageError};

/// Characters of a note that the list shows.
const EXCERPT: usize = 120;

#[derive(Template)]
#[template(path = "pages/saved_queries.html")]
struct ListPage {
    layout: Layout,
    filter: Filter,
    queries: Vec<SavedQuery>,
    total: u32,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "pages/saved_query.html")]
struct DetailPage {
    layout: Layout,
    errors: FormErrors,
    query: SavedQuery,
    fields: Vec<Field>,
    versions: Vec<SavedQueryVersion>,
    key: String,
    saved: bool,
}

#[derive(Template)]
#[template(path = "pages/saved_query_delete.html")]
struct DeletePage {
    layout: Layout,
    query: SavedQuery,
    versions: u64,
}

/// What the list shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    search: String,
    page: Option<u32>,
    deleted: Option<String>,
}

/// What was done a moment ago.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Just {
    saved: Option<String>,
}

/// The list, last changed first.
pub async fn list(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(filter): Query<Filter>,
) -> Answer {
    let slice = slice(filter.page);
    let search = filter.search.trim().to_owned();
    let question = ListSavedQueries { caller: Some(user.caller()), search, page: Some(slice) };
    let found = app.bus.ask(&question).await?;
    page(&ListPage {
        layout: shell.layout("Queries"),
        queries: found.queries,
        total: found.total,
        paging: Paging::new("/queries", &[("search", filter.search.trim())], slice, found.total),
        filter,
    })
}

/// One, with its versions and a form to run it.
pub async fn show(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<SavedQueryId>,
    Query(just): Query<Just>,
) -> Answer {
    let (query, versions) = get(&app, &user, id).await?;
    page(&DetailPage {
        layout: shell.layout(&query.name),
        errors: FormErrors::default(),
        fields: query.parameters.iter().cloned().map(Field::from).collect(),
        query,
        versions,
        key: Uuid::now_v7().to_string(),
        saved: just.saved.is_some(),
    })
}

/// Asks whether it is really to be deleted.
pub async fn confirm_delete(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<SavedQueryId>,
) -> Answer {
    let (query, versions) = get(&app, &user, id).await?;
    page(&DeletePage { layout: shell.layout("Delete a query"), query, versions: versions.len() as u64 })
}

/// Deletes it.
pub async fn delete(State(app): State<App>, user: CurrentUser, Id(id): Id<SavedQueryId>) -> Answer {
    app.bus.ask(&DeleteSavedQuery { caller: Some(user.caller()), id: id.to_string() }).await?;
    Ok(Redirect::to("/queries?deleted=yes").into_response())
}

async fn get(
    app: &App,
    user: &CurrentUser,
    id: SavedQueryId,
) -> Result<(SavedQuery, Vec<SavedQueryVersion>), PageError> {
    let question = GetSavedQuery { caller: Some(user.caller()), id: id.to_string() };
    let found = app.bus.ask(&question).await?;
    Ok((found.query.ok_or(PageError::NotFound)?, found.versions))
}

/// The beginning of a note.
fn excerpt(note: &str) -> String {
    let mut shown: String = note.chars().take(EXCERPT).collect();
    if note.chars().nth(EXCERPT).is_some() {
        shown.push('\u{2026}');
    }
    shown
}
