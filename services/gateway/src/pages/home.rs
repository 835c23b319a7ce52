//! What waits for me.

use askama::Template;
use axum::extract::State;
use coffer_bus::AskError;
use coffer_proto::common::v1::Page;
use coffer_proto::consent::v1::{ContactRequest, GetDesk, ListContactRequests};
use coffer_proto::query::v1::{ListRuns, Run};
use coffer_types::Role;

use super::{Answer, Layout, Shell, desk, format, page, words};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::web::PageError;

#[derive(Template)]
#[template(path = "pages/home.html")]
struct HomePage {
    layout: Layout,
    name: String,
    work: Vec<desk::Work>,
    is_clinician: bool,
    asks: bool,
    recent: Vec<ContactRequest>,
    /// None while research queries are not available.
    runs: Option<Vec<Run>>,
}

/// The newest requests and runs on the home page.
const RECENT: u32 = 5;

/// Home by role.
pub async fn show(State(app): State<App>, user: CurrentUser, shell: Shell) -> Answer {
    let work = if user.has_any(&[Role::Rdbm]) {
        desk::work(&app.bus.ask(&GetDesk { caller: Some(user.caller()) }).await?)
    } else {
        Vec::new()
    };
    let asks = user.has_any(&[Role::Researcher]);
    let (recent, runs) = if asks {
        tokio::try_join!(recent(&app, &user), newest_runs(&app, &user))?
    } else {
        (Vec::new(), None)
    };
    page(&HomePage {
        layout: shell.layout("Home"),
        name: user.name.clone(),
        work,
        is_clinician: user.has_any(&[Role::Clinician]),
        asks,
        recent,
        runs,
    })
}

async fn recent(app: &App, user: &CurrentUser) -> Result<Vec<ContactRequest>, PageError> {
    let page = Some(Page { offset: 0, limit: RECENT });
    let question = ListContactRequests { caller: Some(user.caller()), page, ..Default::default() };
    Ok(app.bus.ask(&question).await?.contact_requests)
}

/// The home page does without research queries while they are down.
async fn newest_runs(app: &App, user: &CurrentUser) -> Result<Option<Vec<Run>>, PageError> {
    let page = Some(Page { offset: 0, limit: RECENT });
    let question = ListRuns { caller: Some(user.caller()), page, ..Default::default() };
    match app.bus.ask(&question).await {
        Ok(found) => Ok(Some(found.runs)),
        Err(AskError::Unavailable) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
