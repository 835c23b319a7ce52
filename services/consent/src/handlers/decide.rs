//! The decision run: each submitted request is decided once, and everything that follows is written in the
//! same transaction. A crash at any point repeats the whole of it or nothing.

use chrono::{DateTime, Days, Utc};
use coffer_bus::{Delivery, Handler, HandlerError};
use coffer_proto::consent::v1::{ContactRequestDecided, ContactRequestSubmitted};
use coffer_proto::timestamp;
use coffer_types::{ConsentModeId, ContactRequestId, PatientId};
use sqlx::PgConnection;

use super::faults::Fault;
use super::lookup::{self, Found};
use super::{mode_changes, outcomes};
use crate::app::App;
use crate::domain::decide::{Decision, decide};
use crate::domain::facts::{Facts, Initiated, Known, Subject};
use crate::domain::state::State;
use crate::store::contact_requests::{self, RequestRow};
use crate::store::snapshots::{self, Snapshot};
use crate::store::transitions::Actor;
use crate::store::{Result as StoreResult, StoreError, decisions, patients, reservations, studies};

/// Decides requests as they are submitted.
pub struct Decide {
    /// What handlers share.
    pub app: App,
}

impl Handler for Decide {
    async fn handle(&self, tx: &mut PgConnection, delivery: &Delivery) -> Result<(), HandlerError> {
        let Some(fact) = delivery.decode::<ContactRequestSubmitted>()? else { return Ok(()) };
        let id: ContactRequestId = fact
            .contact_request_id
            .parse()
            .map_err(|_| HandlerError::poison("the contact request id is not valid"))?;
        let request = contact_requests::get(tx, id)
            .await?
            .ok_or_else(|| HandlerError::poison("there is no such contact request"))?;
        if request.state != State::Submitted {
            return Ok(());
        }
        let key = contact_requests::patient_key(tx, &self.app.keyring, &request).await?;
        let found = lookup::find(&self.app, &key).await?;
        Ok(run(&self.app, tx, id, found).await?)
    }
}

/// The patient of a request in this database, and the mode that counts.
#[derive(Default)]
struct Rows {
    patient: Option<PatientId>,
    mode: Option<ConsentModeId>,
}

async fn run(app: &App, tx: &mut PgConnection, id: ContactRequestId, found: Found) -> Result<(), Fault> {
    let now = app.now();
    let patient = match &found {
        Found::UnknownId => None,
        Found::NotFound(number) | Found::Record(number, _) => {
            Some(patients::lock(tx, &app.keyring, *number, now).await?)
        }
    };
    let request = contact_requests::lock(tx, id).await?;
    let Some(request) = request.filter(|request| request.state == State::Submitted) else { return Ok(()) };

    let (subject, rows) = subject(app, tx, &request, patient, found).await?;
    let facts = facts(app, tx, &request, subject).await?;
    let decision = decide(&facts, &app.settings.process.policy(), now);
    decisions::save(tx, id, rows.patient, rows.mode, &decision, now).await?;
    app.outbox.enqueue(tx, &fact(&request, &decision, now)).await?;
    let request = match &facts.subject {
        Subject::Found(known) => looked_up(app, tx, request, known, now).await?,
        Subject::UnknownId | Subject::NotFound => request,
    };
    outcomes::follow(app, tx, &request, rows.patient, &facts, &decision).await
}

/// Keeps what was found, and moves the request on.
async fn looked_up(
    app: &App,
    tx: &mut PgConnection,
    request: RequestRow,
    known: &Known,
    now: DateTime<Utc>,
) -> StoreResult<RequestRow> {
    snapshots::save(tx, &app.keyring, request.id, &snapshot(known), now).await?;
    let step = (request.state, State::LookedUp);
    contact_requests::move_to(tx, request.id, step, "", &Actor::System, now).await?;
    Ok(RequestRow { state: State::LookedUp, ..request })
}

/// What is known of the patient, under their lock.
async fn subject(
    app: &App,
    tx: &mut PgConnection,
    request: &RequestRow,
    patient: Option<PatientId>,
    found: Found,
) -> Result<(Subject, Rows), Fault> {
    let (Some(id), Found::Record(_, record)) = (patient, &found) else {
        let subject = if patient.is_none() { Subject::UnknownId } else { Subject::NotFound };
        return Ok((subject, Rows { patient, mode: None }));
    };
    let (mode_id, mode) = mode_changes::refresh(app, tx, id, record).await?;
    let since = app.now() - Days::new(app.settings.process.cap_days.into());
    let known = Known {
        patient: record.patient.clone(),
        clinicians: record.clinicians.clone(),
        mode,
        approaches: reservations::count(tx, id, since).await?,
        earlier: decisions::earlier(tx, id, request.study_id, request.id).await?,
    };
    Ok((Subject::Found(Box::new(known)), Rows { patient, mode: mode_id }))
}

async fn facts(
    app: &App,
    tx: &mut PgConnection,
    request: &RequestRow,
    subject: Subject,
) -> StoreResult<Facts> {
    let study = studies::get(tx, request.study_id).await?.ok_or(StoreError::Unknown("study_id"))?;
    let initiator = contact_requests::initiator(tx, &app.keyring, request.id).await?;
    Ok(Facts {
        study: study.study(),
        direct_approach: request.direct_approach,
        initiated: initiator.map(|(answer, who)| Initiated { answer, email: who.email }),
        subject,
    })
}

fn snapshot(known: &Known) -> Snapshot {
    Snapshot {
        patient: known.patient.clone(),
        clinicians: known.clinicians.clone(),
        mode: known.mode.clone(),
    }
}

fn fact(request: &RequestRow, decision: &Decision, now: DateTime<Utc>) -> ContactRequestDecided {
    ContactRequestDecided {
        contact_request_id: request.id.to_string(),
        study_id: request.study_id.to_string(),
        at: Some(timestamp(now)),
        rules_version: decision.rules_version,
        rule: decision.rule.as_str().to_owned(),
        outcome: decision.outcome.as_str().to_owned(),
    }
}
