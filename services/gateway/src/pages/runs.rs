//! My runs: list, and its live part.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use coffer_proto::query::v1::{ListRuns, Run, RunList};
use coffer_types::RunId;
use futures::future::try_join_all;
use futures::stream::select_all;
use serde::Deserialize;

use super::paging::{Paging, slice};
use super::{Answer, Layout, Shell, format, page, words};
use crate::app::App;
use crate::auth::{CurrentUser, user_of};
use crate::domain::run_state::has_ended;
use crate::web::live::live;
use crate::web::{PageError, run_notices};

#[derive(Template)]
#[template(path = "pages/runs.html")]
struct ListPage {
    layout: Layout,
    filter: Filter,
    runs: Vec<Run>,
    total: u32,
    paging: Paging,
    /// Where the live part comes from; none where nothing will change.
    events: Option<String>,
}

/// The table; sent again while runs on it go on.
#[derive(Template)]
#[template(path = "pages/runs_live.html")]
struct ListPart {
    runs: Vec<Run>,
    total: u32,
}

/// What the list shows; all of it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    state: String,
    database: String,
    search: String,
    /// A saved query, by its id.
    saved: String,
    page: Option<u32>,
}

/// The list, newest first.
pub async fn list(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(filter): Query<Filter>,
) -> Answer {
    let found = find(&app, &user, &filter).await?;
    let paging = Paging::new("/runs", &filter.kept(), slice(filter.page), found.total);
    let goes_on = found.runs.iter().any(|run| !has_ended(&run.state));
    let events =
        goes_on.then(|| Paging::new("/runs/events", &filter.kept(), slice(filter.page), found.total).here());
    page(&ListPage {
        layout: shell.layout("Runs"),
        runs: found.runs,
        total: found.total,
        paging,
        events,
        filter,
    })
}

/// The live part, as server-sent events: the runs on the page that have not ended.
pub async fn events(
    State(app): State<App>,
    user: CurrentUser,
    headers: HeaderMap,
    Query(filter): Query<Filter>,
) -> Answer {
    let runs = find(&app, &user, &filter).await?.runs;
    let going = runs.iter().filter(|run| !has_ended(&run.state));
    let ids = going.filter_map(|run| run.id.parse::<RunId>().ok());
    let notices = select_all(try_join_all(ids.map(|id| run_notices(&app, id))).await?);
    let stop = app.shutdown.token();
    let render = move || live_part(app.clone(), headers.clone(), filter.clone());
    Ok(live(notices, stop, render).into_response())
}

/// Asks anew who is asking, so that signing out ends the stream too.
async fn live_part(app: App, headers: HeaderMap, filter: Filter) -> Result<String, PageError> {
    let user = user_of(&app, &headers).await?.ok_or(PageError::Unauthorised)?;
    let found = find(&app, &user, &filter).await?;
    Ok(ListPart { runs: found.runs, total: found.total }.render()?)
}

async fn find(app: &App, user: &CurrentUser, filter: &Filter) -> Result<RunList, PageError> {
    let question = ListRuns {
        caller: Some(user.caller()),
        database: filter.database.trim().to_owned(),
        state: filter.state.clone(),
        search: filter.search.trim().to_owned(),
        saved_query_id: filter.saved.clone(),
        everybody: false,
        page: Some(slice(filter.page)),
    };
    Ok(app.bus.ask(&question).await?)
}

impl Filter {
    fn kept(&self) -> [(&str, &str); 4] {
        [
            ("state", &self.state),
            ("database", &self.database),
            ("search", &self.search),
            ("saved", &self.saved),
        ]
    }
}
