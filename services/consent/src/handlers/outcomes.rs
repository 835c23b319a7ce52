//! What follows a decision, in the transaction that makes it.

use coffer_letters::Basis;
use coffer_types::PatientId;
use sqlx::PgConnection;

use super::approval::{Approving, approve};
use super::asking::{Asking, ask};
use super::faults::Fault;
use super::{initiated, notices};
use crate::app::App;
use crate::domain::answer::Preset;
use crate::domain::decide::{Decision, Outcome};
use crate::domain::facts::{Facts, Known, Subject};
use crate::domain::state::State;
use crate::domain::steps::Rule;
use crate::mails::Notice;
use crate::store::contact_requests::{self, RequestRow};
use crate::store::reservations;
use crate::store::transitions::Actor;

/// Moves the request to where the outcome leads, and writes what that means.
pub(super) async fn follow(
    app: &App,
    tx: &mut PgConnection,
    request: &RequestRow,
    patient: Option<PatientId>,
    facts: &Facts,
    decision: &Decision,
) -> Result<(), Fault> {
    let to = state_after(&decision.outcome);
    let reason = decision.rule.as_str();
    if let Outcome::ClinicianInitiated { .. } = decision.outcome {
        // The pack is made by whoever follows answers, so this one is told as an answer.
        contact_requests::change(tx, &app.outbox, request, to, reason, &Actor::System, app.now()).await?;
    } else {
        let step = (request.state, to);
        contact_requests::move_to(tx, request.id, step, reason, &Actor::System, app.now()).await?;
    }
    let request = &RequestRow { state: to, ..request.clone() };
    match (&facts.subject, patient) {
        (Subject::Found(known), Some(patient)) if decision.outcome != Outcome::Stopped => {
            act(app, tx, request, (patient, known), facts, &decision.outcome).await
        }
        _ => tell_of_stop(app, tx, request, decision.rule).await,
    }
}

const fn state_after(outcome: &Outcome) -> State {
    match outcome {
        Outcome::Stopped => State::Stopped,
        Outcome::ApprovedDirect { .. } => State::ApprovedDirect,
        Outcome::ClinicianAsked { .. } => State::ClinicianAsked,
        Outcome::ClinicianInitiated { answer, .. } => match answer {
            Preset::PassToRdbm => State::AnsweredR,
            Preset::HandOver => State::AnsweredA,
        },
    }
}

/// The patient is to be approached, at once or by way of a clinician: either takes a place under the cap.
async fn act(
    app: &App,
    tx: &mut PgConnection,
    request: &RequestRow,
    (patient, known): (PatientId, &Known),
    facts: &Facts,
    outcome: &Outcome,
) -> Result<(), Fault> {
    let study = &facts.study;
    match outcome {
        Outcome::Stopped => Ok(()),
        Outcome::ApprovedDirect { researcher } => {
            reservations::approach_at_once(tx, request.id, patient, app.now()).await?;
            let approving = Approving {
                request,
                study,
                patient_id: patient,
                patient: &known.patient,
                clinicians: &known.clinicians,
                basis: Basis::GeneralConsent,
                researcher: Some(researcher),
            };
            approve(app, tx, approving).await
        }
        Outcome::ClinicianAsked { clinician, email, involvement } => {
            reservations::reserve(tx, request.id, patient, app.now()).await?;
            let asking = Asking { request, study, patient: &known.patient, clinician, email };
            ask(app, tx, asking, *involvement).await
        }
        Outcome::ClinicianInitiated { answer, email, .. } => {
            reservations::approach_at_once(tx, request.id, patient, app.now()).await?;
            initiated::confirm(app, tx, request, (study, &known.patient), *answer, email).await
        }
    }
}

/// Stops that a person has to look into.
async fn tell_of_stop(
    app: &App,
    tx: &mut PgConnection,
    request: &RequestRow,
    rule: Rule,
) -> Result<(), Fault> {
    let notice = match rule {
        Rule::R00 => Notice::UnknownPatient,
        Rule::R02 => Notice::PossiblySerious,
        _ => return Ok(()),
    };
    notices::send(tx, app, notice, Some(request.id)).await
}
