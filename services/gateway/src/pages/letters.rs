//! Letters: the print queue and its past.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse as _, Redirect};
use coffer_proto::consent::v1::{LetterRow, ListLetters, MarkLetter, OpenLetter};
use coffer_types::{LetterId, Role};
use serde::Deserialize;

use super::paging::{Paging, slice};
use super::{Answer, Layout, Shell, format, page, pdf, words};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::local_path::LocalPath;
use crate::web::Id;

#[derive(Template)]
#[template(path = "pages/letters.html")]
struct LettersPage {
    layout: Layout,
    filter: Filter,
    letters: Vec<LetterRow>,
    total: u32,
    paging: Paging,
}

/// What the list shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    state: String,
    page: Option<u32>,
}

/// The next state of a letter.
#[derive(Debug, Deserialize)]
pub struct Mark {
    state: String,
    #[serde(default)]
    back: String,
}

/// The list.
pub async fn list(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(filter): Query<Filter>,
) -> Answer {
    user.require(&[Role::Rdbm])?;
    let slice = slice(filter.page);
    let question =
        ListLetters { caller: Some(user.caller()), state: filter.state.clone(), page: Some(slice) };
    let found = app.bus.ask(&question).await?;
    page(&LettersPage {
        layout: shell.layout("Letters"),
        letters: found.letters,
        total: found.total,
        paging: Paging::new("/letters", &[("state", &filter.state)], slice, found.total),
        filter,
    })
}

/// The PDF, for those whom the letter's service lets see it.
pub async fn open(State(app): State<App>, user: CurrentUser, Id(id): Id<LetterId>) -> Answer {
    let question = OpenLetter { caller: Some(user.caller()), id: id.to_string() };
    let document = app.bus.ask(&question).await?;
    app.audit(Some(user.id), "open_letter", &id.to_string()).await?;
    Ok(pdf::show(document))
}

/// Printed, or posted.
pub async fn mark(
    State(app): State<App>,
    user: CurrentUser,
    Id(id): Id<LetterId>,
    Form(mark): Form<Mark>,
) -> Answer {
    user.require(&[Role::Rdbm])?;
    app.bus.ask(&MarkLetter { caller: Some(user.caller()), id: id.to_string(), state: mark.state }).await?;
    let back = if mark.back.is_empty() { "/letters" } else { &mark.back };
    Ok(Redirect::to(LocalPath::or_home(back).as_str()).into_response())
}
