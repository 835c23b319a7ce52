//! `coffer.svc.research-query.run.submit.v1`: through the gate into the queue.

use std::time::Duration;

use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::{self, SubmitRun};
use coffer_query_gate::Purpose;
use coffer_runtime::telemetry::current_traceparent;

use super::caller::person;
use super::{kept, run_message};
use crate::app::{App, Offered};
use crate::domain::query::NotAdmitted;
use crate::store::runs::{Submission, Submitted};

/// The longest idempotency key.
const LONGEST_KEY: usize = 200;
/// How long a person waits for a database to say whether its data has changed.
const VERSION_TIME: Duration = Duration::from_secs(1);

/// Submits a query.
pub(super) async fn submit(app: App, question: SubmitRun) -> Result<v1::Run, Refusal> {
    let person = person(question.caller.as_ref())?;
    let offered = app
        .database(&person, &question.database)
        .ok_or_else(|| Refusal::invalid("database", "There is no such database for you."))?;
    let purpose = purpose(&question.kind)?;
    let saved_query = match question.saved_query_id.as_str() {
        "" => None,
        id => Some(
            id.parse()
                .map_err(|_| Refusal::invalid("saved_query_id", "This is not the id of a saved query."))?,
        ),
    };
    if question.idempotency_key.len() > LONGEST_KEY {
        return Err(Refusal::invalid("idempotency_key", "This key is too long."));
    }
    let query = kept::query(&question.sql, &question.parameters);
    query.admit(&offered.gate, purpose)?;
    let accept_stored = if question.accept_stored { data_version(&offered).await } else { None };
    let submission = Submission {
        person: &person,
        database: &question.database,
        purpose,
        query: &query,
        saved_query,
        key: &question.idempotency_key,
        traceparent: current_traceparent(),
        accept_stored,
        most_queued: app.settings.limits.queued_per_user,
    };
    let id = match app.runs.submit(&submission).await? {
        Submitted::Queued(id) | Submitted::Known(id) => id,
        Submitted::OtherContent => {
            return Err(Refusal {
                field: "idempotency_key".to_owned(),
                ..Refusal::conflict("This idempotency key was used before with another content.")
            });
        }
        Submitted::TooMany => {
            let most = app.settings.limits.queued_per_user;
            return Err(Refusal::conflict(format!(
                "You have {most} queries waiting already. Wait for one of them, or cancel it."
            )));
        }
    };
    let run = app.runs.get(person.id, id).await?;
    let place = app.queue_place(id).await;
    Ok(run_message::message(&app, &run, place))
}

fn purpose(kind: &str) -> Result<Purpose, Refusal> {
    match kind {
        "" => Ok(Purpose::Rows),
        kind => kind
            .parse()
            .map_err(|_| Refusal::invalid("kind", "A query is run for its rows, a count or to explain it.")),
    }
}

/// What the database says of its data now: the catalogue's word may be minutes old. One that does not say it
/// soon has no stored result to offer, and the query runs.
async fn data_version(offered: &Offered) -> Option<String> {
    let version = tokio::time::timeout(VERSION_TIME, offered.database.data_version()).await;
    version.ok()?.unwrap_or_default()
}

impl From<NotAdmitted> for Refusal {
    fn from(refused: NotAdmitted) -> Self {
        Self::invalid(refused.field, refused.sentence)
    }
}
