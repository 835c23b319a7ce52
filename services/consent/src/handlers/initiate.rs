//! Rule R16: a clinician asks for an own patient, and thereby answers beforehand.

use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::{ContactRequest, InitiateContactRequest};
use coffer_types::{NhsNumber, Role};

use super::caller::Person;
use super::repeats::Repeatable;
use super::studies;
use super::submit::{accept, must_be_open, must_be_short};
use crate::app::App;
use crate::domain::answer::{Answer, Preset, extra_form_wanted};
use crate::domain::patient_key::PatientKey;
use crate::domain::study::Study;
use crate::store::contact_requests::{Initiator, NewRequest};

/// Answers [`InitiateContactRequest`].
pub async fn initiate(app: App, mut question: InitiateContactRequest) -> Result<ContactRequest, Refusal> {
    let person = Person::read(question.caller.take())?;
    person.must_be(Role::Clinician)?;
    must_be_short("idempotency_key", &question.idempotency_key)?;
    let initiator = initiator(&app, &person)?;
    let number: NhsNumber = question
        .nhs_number
        .parse()
        .map_err(|error| Refusal::invalid("nhs_number", format!("Not accepted: {error}.")))?;

    let mut tx = app.begin().await?;
    let study = studies::find(&mut tx, &person, &question.study_id).await?;
    let key = std::mem::take(&mut question.idempotency_key);
    let repeatable = Repeatable::new(&app, &person, key, &question);
    if let Some(answer) = repeatable.first_answer(&mut tx, &app).await? {
        return Ok(answer);
    }
    must_be_open(&app, &study)?;
    let request = NewRequest {
        study: study.id,
        by: person.id,
        by_name: &person.name,
        key: &PatientKey::NhsNumber(number),
        direct_approach: false,
        certificate_id: "",
        initiated: Some((preset_answer(&study, question.pass_to_rdbm)?, &initiator)),
    };
    let answer = accept(&mut tx, &app, &person, &request).await?;
    repeatable.keep(&mut tx, &answer).await?;
    app.commit(tx).await?;
    Ok(answer)
}

/// The confirmation with the pack's link goes to the account's own address, so it has to be a permitted one.
fn initiator(app: &App, person: &Person) -> Result<Initiator, Refusal> {
    let email = person.email.clone().ok_or_else(|| {
        Refusal::forbidden("Your account has no verified e-mail address, which this needs.")
    })?;
    if !email.is_in_permitted_domain(&app.settings.process.permitted_domains) {
        return Err(Refusal::forbidden("Your e-mail address lies outside the permitted domains."));
    }
    Ok(Initiator { name: person.name.clone(), email })
}

/// With an extra form to fill in, a clinician has to take part: R is not offered.
fn preset_answer(study: &Study, pass_to_rdbm: bool) -> Result<Preset, Refusal> {
    let preset = if pass_to_rdbm { Preset::PassToRdbm } else { Preset::HandOver };
    if Answer::from(preset).is_offered(extra_form_wanted(study.extra_form, false)) {
        Ok(preset)
    } else {
        Err(Refusal::invalid(
            "pass_to_rdbm",
            "The researchers want a form filled in by a clinician, so you have to hand the pack over yourself.",
        ))
    }
}
