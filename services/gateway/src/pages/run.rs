//! One run: its progress while it lasts, its result after that.

use std::time::Duration;

use askama::Template;
use axum::extract::{Form, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect};
use chrono::{DateTime, Utc};
use coffer_bus::{AskError, Notice};
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{CancelRun, GetRun, Run, RunProgress, SubmitRun};
use coffer_types::RunId;
use futures::StreamExt as _;
use prost::Message as _;
use serde::Deserialize;
use tokio::sync::watch;
use uuid::Uuid;

use super::result::address::Address;
use super::{Answer, Layout, Shell, format, page, result, words};
use crate::app::App;
use crate::auth::{CurrentUser, user_of};
use crate::domain::run_state::has_ended;
use crate::web::live::live;
use crate::web::{Id, PageError, run_notices};

#[derive(Template)]
#[template(path = "pages/run.html")]
struct ProgressPage {
    layout: Layout,
    run: Run,
    title: String,
    elapsed: String,
    ended: bool,
}

/// The part of the page that changes.
#[derive(Template)]
#[template(path = "pages/run_live.html")]
struct ProgressPart {
    run: Run,
    elapsed: String,
    ended: bool,
}

#[derive(Template)]
#[template(path = "pages/run_ended.html")]
struct EndedPage {
    layout: Layout,
    run: Run,
    title: String,
    key: String,
}

/// Makes a second click run nothing twice.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Again {
    key: String,
}

/// A run, in the form that its state asks for.
pub async fn show(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<RunId>,
    RawQuery(query): RawQuery,
) -> Answer {
    let query = query.unwrap_or_default();
    let address = Address::read(id, &query)?;
    if let Some(changed) = result::change(&address, &query) {
        return Ok(Redirect::to(&changed).into_response());
    }
    let run = get(&app, &user, id).await?;
    let title = format::sql_title(&run.sql);
    let layout = shell.layout(&title);
    match run.state.as_str() {
        "done" if !run.result_gone => result::table(&app, &user, &shell, run, address).await,
        state if has_ended(state) => page(&EndedPage { layout, title, key: Uuid::now_v7().to_string(), run }),
        _ => {
            page(&ProgressPage { layout, title, elapsed: elapsed(&run, app.clock.now()), ended: false, run })
        }
    }
}

/// The live part, as server-sent events.
pub async fn events(
    State(app): State<App>,
    user: CurrentUser,
    headers: HeaderMap,
    Id(id): Id<RunId>,
) -> Answer {
    get(&app, &user, id).await?;
    let (newest, progress) = watch::channel(RunProgress::default());
    let notices = run_notices(&app, id).await?.inspect(move |notice| {
        newest.send_replace(progress_of(notice).unwrap_or_default());
    });
    let stop = app.shutdown.token();
    let render = move || live_part(app.clone(), headers.clone(), id, progress.borrow().clone());
    Ok(live(notices, stop, render).into_response())
}

/// Asks anew who is asking, so that signing out ends the stream too.
async fn live_part(
    app: App,
    headers: HeaderMap,
    id: RunId,
    progress: RunProgress,
) -> Result<String, PageError> {
    let user = user_of(&app, &headers).await?.ok_or(PageError::Unauthorised)?;
    let run = told(get(&app, &user, id).await?, &progress);
    let (elapsed, ended) = (elapsed(&run, app.clock.now()), has_ended(&run.state));
    Ok(ProgressPart { run, elapsed, ended }.render()?)
}

/// Asks for the end of a run. One that has ended meanwhile shows how.
pub async fn cancel(State(app): State<App>, user: CurrentUser, Id(id): Id<RunId>) -> Answer {
    let asked = app.bus.ask(&CancelRun { caller: Some(user.caller()), id: id.to_string() }).await;
    match asked {
        Err(AskError::Refused(refusal)) if refusal.code() == Code::Conflict => {}
        asked => {
            asked?;
        }
    }
    Ok(Redirect::to(&format!("/runs/{id}")).into_response())
}

/// The same query again, on the data of now.
pub async fn again(
    State(app): State<App>,
    user: CurrentUser,
    Id(id): Id<RunId>,
    Form(form): Form<Again>,
) -> Answer {
    let run = get(&app, &user, id).await?;
    let question = SubmitRun {
        caller: Some(user.caller()),
        database: run.database,
        sql: run.sql,
        parameters: run.parameters,
        kind: run.kind,
        saved_query_id: run.saved_query_id,
        accept_stored: false,
        idempotency_key: form.key,
    };
    let run = app.bus.ask(&question).await?;
    Ok(Redirect::to(&format!("/runs/{}", run.id)).into_response())
}

/// A run of the user.
pub(super) async fn get(app: &App, user: &CurrentUser, id: RunId) -> Result<Run, PageError> {
    Ok(app.bus.ask(&GetRun { caller: Some(user.caller()), id: id.to_string() }).await?)
}

fn progress_of(notice: &Notice) -> Option<RunProgress> {
    notice.subject.starts_with("coffer.live.").then(|| RunProgress::decode(notice.body.clone()).ok())?
}

/// The run with what was told of it since it was stored.
fn told(mut run: Run, progress: &RunProgress) -> Run {
    if run.state == progress.state && !has_ended(&run.state) {
        run.rows = run.rows.max(progress.rows);
        run.bytes = run.bytes.max(progress.bytes);
        run.queue_place = progress.queue_place;
    }
    run
}

/// How long a run has been at work.
fn elapsed(run: &Run, now: DateTime<Utc>) -> String {
    let started = run.started_at.as_ref().and_then(|at| coffer_proto::moment(at).ok());
    let elapsed = started.and_then(|started| (now - started).to_std().ok()).unwrap_or_default();
    format::duration(Duration::from_secs(elapsed.as_secs()))
}
