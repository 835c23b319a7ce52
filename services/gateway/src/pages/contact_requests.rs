//! Contact requests: list, one, and its live part.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse as _;
use coffer_proto::consent::v1::{
    ContactRequest, ContactRequestDetail, GetContactRequest, ListContactRequests, ListStudies, Study,
};
use coffer_types::{ContactRequestId, Role};
use serde::Deserialize;

use super::paging::{Paging, slice};
use super::{Answer, Layout, Shell, format, page, words};
use crate::app::App;
use crate::auth::{CurrentUser, user_of};
use crate::web::live::live;
use crate::web::{Id, PageError};

#[derive(Template)]
#[template(path = "pages/contact_requests.html")]
struct ListPage {
    layout: Layout,
    filter: Filter,
    statuses: words::Options,
    studies: Vec<Study>,
    contact_requests: Vec<ContactRequest>,
    total: u32,
    paging: Paging,
    may_ask: bool,
}

#[derive(Template)]
#[template(path = "pages/contact_request.html")]
struct DetailPage {
    layout: Layout,
    detail: ContactRequestDetail,
    request: ContactRequest,
    runs_it: bool,
}

/// The part of the page that changes; sent again with each fact.
#[derive(Template)]
#[template(path = "pages/contact_request_live.html")]
struct LivePart {
    detail: ContactRequestDetail,
    request: ContactRequest,
    runs_it: bool,
}

/// What the list shows; all of it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    study: String,
    status: String,
    search: String,
    page: Option<u32>,
    /// How many were sent a moment ago.
    submitted: Option<u32>,
}

/// The list, newest first.
pub async fn list(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(filter): Query<Filter>,
) -> Answer {
    let slice = slice(filter.page);
    let question = ListContactRequests {
        caller: Some(user.caller()),
        study_id: filter.study.clone(),
        status: filter.status.clone(),
        search: filter.search.trim().to_owned(),
        page: Some(slice),
    };
    let studies = ListStudies { caller: Some(user.caller()) };
    let (found, studies) = tokio::try_join!(app.bus.ask(&question), app.bus.ask(&studies))?;
    let kept = [("study", &*filter.study), ("status", &*filter.status), ("search", &*filter.search)];
    page(&ListPage {
        layout: shell.layout("Contact requests"),
        statuses: if runs_it(&user) { words::STATES } else { words::RESEARCHER_STATUSES },
        studies: studies.studies,
        contact_requests: found.contact_requests,
        total: found.total,
        paging: Paging::new("/contact-requests", &kept, slice, found.total),
        may_ask: user.has_any(&[Role::Researcher, Role::Rdbm]),
        filter,
    })
}

/// One request.
pub async fn show(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<ContactRequestId>,
) -> Answer {
    let (request, detail) = get(&app, &user, id).await?;
    let title = format!("Contact request {}", format::short_id(&request.id));
    page(&DetailPage { layout: shell.layout(&title), request, detail, runs_it: runs_it(&user) })
}

/// The live part, as server-sent events: sent again whenever a fact about the request passes.
pub async fn events(
    State(app): State<App>,
    user: CurrentUser,
    headers: HeaderMap,
    Id(id): Id<ContactRequestId>,
) -> Answer {
    get(&app, &user, id).await?;
    let facts = format!("coffer.evt.consent.contact-request.*.v1.{id}");
    let notices = app.bus.watch(&facts).await.map_err(|error| {
        tracing::error!(%error, "facts cannot be watched");
        PageError::Unavailable
    })?;
    let stop = app.shutdown.token();
    Ok(live(notices, stop, move || live_part(app.clone(), headers.clone(), id)).into_response())
}

/// Asks anew who is asking, so that signing out ends the stream too.
async fn live_part(app: App, headers: HeaderMap, id: ContactRequestId) -> Result<String, PageError> {
    let user = user_of(&app, &headers).await?.ok_or(PageError::Unauthorised)?;
    let (request, detail) = get(&app, &user, id).await?;
    Ok(LivePart { request, detail, runs_it: runs_it(&user) }.render()?)
}

async fn get(
    app: &App,
    user: &CurrentUser,
    id: ContactRequestId,
) -> Result<(ContactRequest, ContactRequestDetail), PageError> {
    let question = GetContactRequest { caller: Some(user.caller()), id: id.to_string() };
    let mut detail = app.bus.ask(&question).await?;
    let request = detail.contact_request.take().ok_or(PageError::NotFound)?;
    Ok((request, detail))
}

fn runs_it(user: &CurrentUser) -> bool {
    user.has_any(&[Role::Rdbm, Role::Admin])
}
