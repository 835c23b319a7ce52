//! New contact requests: checked by field, accepted all or none in one transaction.

use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::{
    ContactRequest, ContactRequestSubmitted, ContactRequestsSubmitted, SubmitContactRequests,
};
use coffer_proto::timestamp;
use coffer_types::Role;
use sqlx::PgConnection;

use super::caller::Person;
use super::contact_requests::message;
use super::repeats::Repeatable;
use super::{patient_keys, studies};
use crate::app::App;
use crate::domain::study::Study;
use crate::store::contact_requests::{self, NewRequest};
use crate::store::{Result as StoreResult, StoreError};

/// Longest idempotency key and certificate id.
const LONGEST_KEY: usize = 200;

/// Answers [`SubmitContactRequests`].
pub async fn submit(
    app: App,
    mut question: SubmitContactRequests,
) -> Result<ContactRequestsSubmitted, Refusal> {
    let person = Person::read(question.caller.take())?;
    if !person.is(Role::Researcher) && !person.is(Role::Rdbm) {
        return Err(Refusal::forbidden(
            "Only researchers and the research database manager ask for contact.",
        ));
    }
    must_be_short("idempotency_key", &question.idempotency_key)?;
    must_be_short("certificate_id", &question.certificate_id)?;

    let mut tx = app.begin().await?;
    let study = studies::find(&mut tx, &person, &question.study_id).await?;
    let most = app.settings.process.max_patients_per_submission;
    let keys = patient_keys::read(&question.patients, person.is(Role::Rdbm), most)?;

    let key = std::mem::take(&mut question.idempotency_key);
    let repeatable = Repeatable::new(&app, &person, key, &question);
    if let Some(answer) = repeatable.first_answer(&mut tx, &app).await? {
        return Ok(answer);
    }
    must_be_open(&app, &study)?;
    if question.direct_approach && !study.direct_approach {
        return Err(Refusal::invalid(
            "direct_approach",
            "This study is not approved for direct approach: clinicians have to be asked.",
        ));
    }

    let mut contact_requests = Vec::with_capacity(keys.len());
    for patient in &keys {
        let request = NewRequest {
            study: study.id,
            by: person.id,
            by_name: &person.name,
            key: patient,
            direct_approach: question.direct_approach,
            certificate_id: &question.certificate_id,
            initiated: None,
        };
        contact_requests.push(accept(&mut tx, &app, &person, &request).await?);
    }
    let answer = ContactRequestsSubmitted { contact_requests };
    repeatable.keep(&mut tx, &answer).await?;
    app.commit(tx).await?;
    Ok(answer)
}

/// Stores one request with its fact, and answers how the caller sees it.
pub(super) async fn accept(
    tx: &mut PgConnection,
    app: &App,
    person: &Person,
    request: &NewRequest<'_>,
) -> StoreResult<ContactRequest> {
    let now = app.now();
    let id = contact_requests::add(tx, &app.keyring, request, now).await?;
    let fact = ContactRequestSubmitted {
        contact_request_id: id.to_string(),
        study_id: request.study.to_string(),
        at: Some(timestamp(now)),
        by_user_id: person.id.to_string(),
    };
    app.outbox.enqueue(tx, &fact).await?;
    let row = contact_requests::get(tx, id).await?.ok_or(StoreError::Unknown("contact_requests.id"))?;
    Ok(message(&row, person))
}

/// Rule R18 at the door, so that a person is told at once; the decision tests it again.
pub(super) fn must_be_open(app: &App, study: &Study) -> Result<(), Refusal> {
    match study.closed_reason(app.now().date_naive()) {
        None => Ok(()),
        Some(reason) => Err(Refusal { field: "study_id".to_owned(), ..Refusal::conflict(reason) }),
    }
}

pub(super) fn must_be_short(field: &str, text: &str) -> Result<(), Refusal> {
    if text.len() <= LONGEST_KEY {
        Ok(())
    } else {
        Err(Refusal::invalid(field, format!("At most {LONGEST_KEY} characters.")))
    }
}
