//! Studies: list and one.

use askama::Template;
use axum::extract::State;
use coffer_proto::consent::v1::{GetStudy, GetStudyDocument, ListStudies, Study};
use coffer_types::{Role, StudyId};

use super::{Answer, Layout, Shell, format, page, pdf};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::web::Id;

#[derive(Template)]
#[template(path = "pages/studies.html")]
struct StudiesPage {
    layout: Layout,
    studies: Vec<Study>,
}

#[derive(Template)]
#[template(path = "pages/study.html")]
struct StudyPage {
    layout: Layout,
    study: Study,
    may_ask: bool,
}

/// The studies that the caller may see.
pub async fn list(State(app): State<App>, user: CurrentUser, shell: Shell) -> Answer {
    let studies = app.bus.ask(&ListStudies { caller: Some(user.caller()) }).await?.studies;
    page(&StudiesPage { layout: shell.layout("Studies"), studies })
}

/// One study.
pub async fn show(State(app): State<App>, user: CurrentUser, shell: Shell, Id(id): Id<StudyId>) -> Answer {
    let study = app.bus.ask(&GetStudy { caller: Some(user.caller()), id: id.to_string() }).await?;
    let may_ask = study.open && user.has_any(&[Role::Researcher, Role::Rdbm]);
    page(&StudyPage { layout: shell.layout(&study.title), study, may_ask })
}

/// The PDF that participants get.
pub async fn document(State(app): State<App>, user: CurrentUser, Id(id): Id<StudyId>) -> Answer {
    let question = GetStudyDocument { caller: Some(user.caller()), id: id.to_string() };
    Ok(pdf::show(app.bus.ask(&question).await?))
}
