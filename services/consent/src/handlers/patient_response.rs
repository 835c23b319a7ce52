//! A patient's answer on paper, entered once by the RDBM. A yes is approved by what follows from its fact.

use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::{ContactRequest, RecordPatientResponse};
use coffer_types::{ContactRequestId, PatientId, Role};
use sqlx::PgConnection;

use super::caller::{Person, id};
use super::consent_modes::{evidence, insufficient};
use super::contact_requests::message;
use super::{mode_changes, yes_after_no};
use crate::app::App;
use crate::domain::evidence::Evidence;
use crate::domain::patient::AgeBand;
use crate::domain::state::State;
use crate::ports::clinical_source::ClinicalRecord;
use crate::store::contact_requests::{self, RequestRow};
use crate::store::patient_answers::{self, NewPatientAnswer};
use crate::store::patients;

/// Answers [`RecordPatientResponse`].
pub async fn record(app: App, question: RecordPatientResponse) -> Result<ContactRequest, Refusal> {
    let person = Person::read(question.caller)?;
    person.must_be(Role::Rdbm)?;
    let id = id(&question.contact_request_id, "contact_request_id")?;
    let evidence = evidence(question.decision.as_ref());

    let mut tx = app.begin().await?;
    let patient = patient_of(&mut tx, id).await?;
    let number = patients::nhs_number(&mut tx, &app.keyring, patient).await?;
    drop(tx);
    let found = app.clinical_source.find(number).await?;
    check_evidence(&app, evidence, found.as_ref())?;

    let mut tx = app.begin().await?;
    patients::lock_by_id(&mut tx, patient).await?;
    if let Some(found) = &found {
        mode_changes::refresh_for(&app, &mut tx, patient, id, found).await?;
    }
    let request = contact_requests::lock(&mut tx, id).await?.ok_or_else(unknown)?;
    if question.yes && yes_after_no::is_forbidden(&mut tx, patient, &request).await? {
        yes_after_no::block(&app, &mut tx, &request).await?;
        app.commit(tx).await?;
        return Err(Refusal::conflict("The patient's consent ended meanwhile, so this yes is blocked."));
    }
    let answer = NewPatientAnswer { yes: question.yes, evidence, by: person.id, by_name: &person.name };
    if !patient_answers::keep(&mut tx, id, &answer, app.now()).await? {
        return Err(Refusal::conflict("This patient's answer was recorded before, or is not awaited."));
    }
    let to = if question.yes { State::PatientYes } else { State::PatientNo };
    contact_requests::change(&mut tx, &app.outbox, &request, to, "", &person.actor(), app.now()).await?;
    app.commit(tx).await?;
    Ok(message(&RequestRow { state: to, changed_at: app.now(), ..request }, &person))
}

/// The patient of a request that has come so far.
async fn patient_of(tx: &mut PgConnection, id: ContactRequestId) -> Result<PatientId, Refusal> {
    let request = contact_requests::get(tx, id).await?.ok_or_else(unknown)?;
    request.patient_id.ok_or_else(|| Refusal::conflict("No answer of a patient is awaited for this request."))
}

fn unknown() -> Refusal {
    Refusal::not_found("There is no such contact request.")
}

fn check_evidence(app: &App, evidence: Evidence, found: Option<&ClinicalRecord>) -> Result<(), Refusal> {
    let today = app.now().date_naive();
    let age = found.map_or(AgeBand::Unknown, |record| record.patient.age_band(today));
    let strict = app.settings.process.under16_strict;
    if evidence.is_valid(age, strict) {
        Ok(())
    } else {
        Err(Refusal::invalid("decision", insufficient(age, strict)))
    }
}
