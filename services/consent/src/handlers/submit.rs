//! New contact requests: checked by field, accepted all or none in one transaction.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::{
    ContactRequest, ContactRequestSubmitted, ContactRequestsSubmitted, SubmitContactRequests,
};
use coffer_proto::timestamp;
use coffer_types::Role;
use prost::Message;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::caller::Person;
use super::contact_requests::message;
use super::{patient_keys, studies};
use crate::app::App;
use crate::domain::study::Study;
use crate::store::contact_requests::{self, NewRequest};
use crate::store::idempotency::{self, Known};
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
    let content = Sha256::digest(question.encode_to_vec());
    if let Some(answer) = answered_before(&mut tx, &app, &person, &key, &content).await? {
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
    if !key.is_empty() {
        idempotency::keep_answer(&mut tx, person.id, &key, &answer.encode_to_vec()).await?;
    }
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

/// The first answer, if this key was used before with the same content.
pub(super) async fn answered_before<M: Message + Default>(
    tx: &mut PgConnection,
    app: &App,
    person: &Person,
    key: &str,
    content: &[u8],
) -> Result<Option<M>, Refusal> {
    if key.is_empty() {
        return Ok(None);
    }
    // Keyed: an NHS number among little else could be guessed from a plain hash.
    let content = app.keyring.blind_index("submission", &URL_SAFE_NO_PAD.encode(content));
    match idempotency::take(tx, person.id, key, &content, app.now()).await? {
        Known::New => Ok(None),
        Known::Answered(answer) => {
            let answer = M::decode(answer.as_slice());
            Ok(Some(answer.map_err(|_| StoreError::Unknown("idempotency_keys.answer"))?))
        }
        Known::OtherContent => Err(Refusal {
            field: "idempotency_key".to_owned(),
            ..Refusal::conflict("This idempotency key was used before with another content.")
        }),
    }
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
