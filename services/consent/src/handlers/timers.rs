//! What happens when nobody answers: reminders, a word to the RDBM, and an end. Every step is looked at again
//! under the patient's lock, so instances that run side by side cannot take one twice.

use std::time::Duration;

use chrono::TimeDelta;
use coffer_runtime::Context;
use coffer_types::EmailAddress;
use sqlx::PgConnection;

use super::asking::{self, Asking};
use super::faults::Fault;
use super::notices;
use crate::app::App;
use crate::domain::state::State;
use crate::domain::timetable::{Due, Timetable};
use crate::mails::Notice;
use crate::store::contact_requests::{self, RequestRow};
use crate::store::timers::{self, Candidate, OpenQuestion};
use crate::store::transitions::Actor;
use crate::store::{
    Result as StoreResult, StoreError, answers, letters, patient_answers, patients, questions, reservations,
    snapshots, studies,
};

/// How often the timers look.
const PERIOD: Duration = Duration::from_mins(1);

/// Who has not answered.
#[derive(Debug, Clone, Copy)]
enum Silent {
    /// The clinician who was asked.
    Clinician,
    /// Nobody: the patient is not the clinician's, and no other is known.
    Nobody,
    /// The patient.
    Patient,
}

/// Runs the timers until the service stops taking work.
pub fn spawn(app: &App, context: &Context) {
    let (app, stop) = (app.clone(), context.shutdown.token());
    context.spawn("timers", async move {
        let mut rounds = tokio::time::interval(PERIOD);
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                _ = rounds.tick() => run(&app).await,
            }
        }
    });
}

/// One round: everything that is due by the clock. A fault is logged, and waits for the next round.
pub async fn run(app: &App) {
    let timetable = app.settings.process.timetable();
    let due = match candidates(app, &timetable).await {
        Ok(due) => due,
        Err(error) => return tracing::error!(%error, "the timers could not look"),
    };
    for (silent, candidate) in due {
        if let Err(error) = look_at(app, &timetable, silent, candidate).await {
            tracing::error!(%error, request = %candidate.id, "a timer could not act");
        }
    }
}

/// All requests that have waited for long enough to be looked at.
async fn candidates(app: &App, timetable: &Timetable) -> StoreResult<Vec<(Silent, Candidate)>> {
    let mut tx = app.begin().await?;
    let before = |delay: TimeDelta| app.now() - delay;
    let mut all = Vec::new();
    let mut add = |silent, found: Vec<Candidate>| all.extend(found.into_iter().map(|one| (silent, one)));
    if let Some(delay) = timetable.first_step() {
        add(Silent::Clinician, timers::unanswered(&mut tx, before(delay)).await?);
    }
    if let Some(delay) = timetable.question_expiry() {
        add(Silent::Nobody, timers::in_state(&mut tx, State::Reassigned.as_str(), before(delay)).await?);
    }
    if let Some(delay) = timetable.patient_answer() {
        add(Silent::Patient, timers::patients_silent(&mut tx, before(delay)).await?);
    }
    Ok(all)
}

/// Takes the locks and acts, each request in a transaction of its own.
async fn look_at(
    app: &App,
    timetable: &Timetable,
    silent: Silent,
    candidate: Candidate,
) -> Result<(), Fault> {
    let mut tx = app.begin().await?;
    patients::lock_by_id(&mut tx, candidate.patient_id).await?;
    let Some(request) = contact_requests::lock(&mut tx, candidate.id).await? else { return Ok(()) };
    match silent {
        Silent::Clinician => clinician_silent(app, &mut tx, timetable, &request).await?,
        Silent::Nobody if request.state == State::Reassigned => expire(app, &mut tx, &request).await?,
        Silent::Patient if request.state.may_become(State::NoAnswer) => {
            patient_silent(app, &mut tx, &request).await?;
        }
        Silent::Nobody | Silent::Patient => {}
    }
    app.commit(tx).await?;
    Ok(())
}

async fn clinician_silent(
    app: &App,
    tx: &mut PgConnection,
    timetable: &Timetable,
    request: &RequestRow,
) -> Result<(), Fault> {
    let Some(open) = timers::open_question(tx, request.id).await? else { return Ok(()) };
    match timetable.due(&open.waiting(), app.now()) {
        None => Ok(()),
        Some(Due::Expiry) => expire(app, tx, request).await,
        Some(Due::Escalation) => {
            timers::mark_escalated(tx, open.id, app.now()).await?;
            notices::send(tx, app, Notice::Escalation, Some(request.id)).await
        }
        Some(Due::Reminder { reminders }) => remind(app, tx, request, &open, reminders).await,
    }
}

/// The waiting for a clinician ends: the place under the cap is free again.
async fn expire(app: &App, tx: &mut PgConnection, request: &RequestRow) -> Result<(), Fault> {
    questions::close_open(tx, request.id, "expired").await?;
    reservations::release(tx, request.id, app.now()).await?;
    move_on(app, tx, request, State::Expired).await?;
    notices::send(tx, app, Notice::QuestionExpired, Some(request.id)).await
}

async fn remind(
    app: &App,
    tx: &mut PgConnection,
    request: &RequestRow,
    open: &OpenQuestion,
    reminders: usize,
) -> Result<(), Fault> {
    let missing = StoreError::Unknown;
    let study =
        studies::get(tx, request.study_id).await?.ok_or(missing("contact_requests.study_id"))?.study();
    let snapshot = snapshots::get(tx, &app.keyring, request.id).await?.ok_or(missing("patient_snapshots"))?;
    let clinician = answers::recipient(tx, &app.keyring, open.id).await?;
    let email: EmailAddress =
        clinician.email_text().parse().map_err(|_| missing("clinician_questions.recipient"))?;
    let asking =
        Asking { request, study: &study, patient: &snapshot.patient, clinician: &clinician, email: &email };
    asking::remind(app, tx, asking, open, reminders).await?;
    move_on(app, tx, request, State::Reminded).await?;
    Ok(())
}

/// The waiting for the patient ends; a pack that still lies here is not posted any more.
async fn patient_silent(app: &App, tx: &mut PgConnection, request: &RequestRow) -> Result<(), Fault> {
    patient_answers::close_awaited(tx, request.id, "no_answer", app.now()).await?;
    letters::stop_unposted(tx, request.id, "pack", app.now()).await?;
    move_on(app, tx, request, State::NoAnswer).await?;
    notices::send(tx, app, Notice::NoAnswer, Some(request.id)).await
}

async fn move_on(app: &App, tx: &mut PgConnection, request: &RequestRow, to: State) -> StoreResult<()> {
    contact_requests::change(tx, &app.outbox, request, to, "", &Actor::System, app.now()).await
}
