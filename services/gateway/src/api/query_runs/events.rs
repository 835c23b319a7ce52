//! What happens to a run, as server-sent events that can be taken up where they broke off.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use coffer_bus::Notice;
use coffer_proto::query::v1::{GetRun, ListRunEvents, RunEvent, RunProgress};
use coffer_types::RunId;
use futures::{Stream, StreamExt as _};
use prost::Message as _;
use serde::Serialize;
use utoipa::ToSchema;

use super::TAG;
use crate::api::values::{known, moment};
use crate::api::{ApiError, ApiUser};
use crate::app::App;
use crate::auth::user_of;
use crate::domain::run_state::has_ended;
use crate::web::{Id, PageError, run_notices};

/// Looks again without being told: a message may have passed while nobody listened.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
const LAST_EVENT_ID: &str = "Last-Event-ID";

/// The data of an `event: state`, whose `id` is its number.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct QueryRunEvent {
    /// 1, 2, 3 ... within the run.
    number: u32,
    /// queued, running, taken_over, done, failed, cancelled, timed_out
    state: String,
    at: Option<DateTime<Utc>>,
    rows: u64,
    problem: Option<String>,
}

/// The data of an `event: progress`, which has no `id` and is not sent again.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct QueryRunProgress {
    state: String,
    /// Runs before this one; 0 when it is not queued.
    queue_place: u32,
    rows: u64,
    bytes: u64,
    elapsed_ms: u64,
}

/// Follows a run by server-sent events, until it has ended.
///
/// `event: state` has an `id` and a QueryRunEvent as its data; `event: progress` has no `id` and a
/// QueryRunProgress. The stream begins after the event that the header `Last-Event-ID` names, or with the
/// first one, and ends after done, failed, cancelled or timed_out. When nothing can follow, the answer is 204.
#[utoipa::path(get, path = "/query-runs/{id}/events", tag = TAG, operation_id = "follow_query_run",
    params(("id" = Uuid, Path),
        ("Last-Event-ID" = Option<u32>, Header, description = "The last event that the caller has")),
    responses((status = OK, content_type = "text/event-stream", body = inline(String),
            description = "Events `state` (data: QueryRunEvent) and `progress` (data: QueryRunProgress)"),
        (status = NO_CONTENT, description = "The run has ended, and the caller has its last event")))]
pub(in crate::api) async fn follow(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    headers: HeaderMap,
    Id(id): Id<RunId>,
) -> Result<Response, ApiError> {
    let run = app.bus.ask(&GetRun { caller: Some(user.caller()), id: id.to_string() }).await?;
    let mut follower = Follower { app: app.clone(), headers, id, after: 0 };
    follower.after = last_event(&follower.headers);
    // Before the stored events are read, so that none falls between them and the messages.
    let notices = run_notices(&app, id).await?;
    let missed = follower.news().await?;
    if has_ended(&run.state) && missed.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    Ok(Sse::new(follower.events(missed, notices)).keep_alive(KeepAlive::default()).into_response())
}

/// One caller's place in the events of one run.
struct Follower {
    app: App,
    headers: HeaderMap,
    id: RunId,
    /// The number of the last event sent.
    after: u32,
}

impl Follower {
    fn events(
        mut self,
        missed: Vec<RunEvent>,
        mut notices: impl Stream<Item = Notice> + Send + Unpin + 'static,
    ) -> impl Stream<Item = Result<Event, Infallible>> + Send + 'static {
        let stop = self.app.shutdown.token();
        async_stream::stream! {
            let mut news = missed;
            loop {
                for event in news {
                    self.after = self.after.max(event.number);
                    let ended = has_ended(&event.what);
                    yield Ok(state(event));
                    if ended {
                        return;
                    }
                }
                let notice = tokio::select! {
                    () = stop.cancelled() => return,
                    notice = notices.next() => notice,
                    () = tokio::time::sleep(LOOK_AGAIN) => None,
                };
                let live = notice.as_ref().and_then(progress_of);
                if let Some(live) = &live {
                    yield Ok(progress(live));
                }
                news = if live.is_some_and(|live| live.number <= self.after) {
                    Vec::new()
                } else {
                    match self.news().await {
                        Ok(news) => news,
                        Err(_) => return,
                    }
                };
            }
        }
    }

    /// What happened after the last event. Asks anew who is asking, so that signing out ends the stream too.
    async fn news(&self) -> Result<Vec<RunEvent>, PageError> {
        let user = user_of(&self.app, &self.headers).await?.ok_or(PageError::Unauthorised)?;
        let question =
            ListRunEvents { caller: Some(user.caller()), id: self.id.to_string(), after: self.after };
        Ok(self.app.bus.ask(&question).await?.events)
    }
}

/// What is no number is no event of ours: everything is sent.
fn last_event(headers: &HeaderMap) -> u32 {
    let id = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    id.and_then(|id| id.trim().parse().ok()).unwrap_or_default()
}

fn progress_of(notice: &Notice) -> Option<RunProgress> {
    notice.subject.starts_with("coffer.live.").then(|| RunProgress::decode(notice.body.clone()).ok())?
}

fn state(event: RunEvent) -> Event {
    let number = event.number;
    let data = QueryRunEvent {
        number,
        state: event.what,
        at: moment(event.at),
        rows: event.rows,
        problem: known(event.problem),
    };
    data_of("state", &data).id(number.to_string())
}

fn progress(live: &RunProgress) -> Event {
    let data = QueryRunProgress {
        state: live.state.clone(),
        queue_place: live.queue_place,
        rows: live.rows,
        bytes: live.bytes,
        elapsed_ms: live.elapsed_ms,
    };
    data_of("progress", &data)
}

/// Plain texts and numbers always have a JSON form.
fn data_of(name: &str, data: &impl Serialize) -> Event {
    Event::default().event(name).data(serde_json::to_string(data).unwrap_or_default())
}
