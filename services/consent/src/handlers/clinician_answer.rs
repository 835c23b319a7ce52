//! A clinician's answer: given once, by a page that was shown, and only as far as the patient's consent goes now.

use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::{AnswerClinicianQuestion, ClinicianAnswerAccepted};
use coffer_types::PatientId;
use sqlx::PgConnection;

use super::clinician::{find, nonce_key, token};
use super::faults::Fault;
use super::{mode_changes, notices, reassign, yes_after_no};
use crate::app::App;
use crate::domain::answer::{Answer, extra_form_wanted};
use crate::domain::state::State;
use crate::domain::token::TokenHash;
use crate::mails::Notice;
use crate::ports::clinical_source::ClinicalRecord;
use crate::store::answers::{self, NewAnswer, QuestionRow};
use crate::store::contact_requests::{self, RequestRow};
use crate::store::transitions::Actor;
use crate::store::{StoreError, charity, patients, reservations, studies};

/// Longest typed name and reason.
const LONGEST_NAME: usize = 255;
const LONGEST_REASON: usize = 2_000;

/// An answer whose fields were checked.
struct Given {
    token: TokenHash,
    answer: Answer,
    reason: String,
    name: String,
}

/// Answers [`AnswerClinicianQuestion`].
pub async fn answer(app: App, question: AnswerClinicianQuestion) -> Result<ClinicianAnswerAccepted, Refusal> {
    let given = read(&question)?;
    if !given.token.accepts(&question.nonce, &nonce_key(&app), app.now()) {
        return Err(Refusal::invalid("nonce", "This page was open for too long. Please answer once more."));
    }
    let mut tx = app.begin().await?;
    let row = find(&mut tx, &given.token).await?;
    // A yes behind a link that a withdrawal ended is shown to the RDBM, below.
    if !(given.answer.is_yes() && row.state == "withdrawn") {
        must_be_open(&app, &row)?;
    }
    let patient = row.patient_id.ok_or(StoreError::Unknown("contact_requests.patient_id"))?;
    let record = looked_up(&app, &mut tx, patient, given.answer).await?;
    drop(tx);
    record_answer(&app, &given, &row, patient, record).await?;
    Ok(ClinicianAnswerAccepted {
        contact_request_id: row.contact_request_id.to_string(),
        answer: given.answer.as_str().to_owned(),
    })
}

fn read(question: &AnswerClinicianQuestion) -> Result<Given, Refusal> {
    let token = token(&question.token)?;
    let answer = Answer::parse(&question.answer)
        .ok_or_else(|| Refusal::invalid("answer", "Choose one of the answers."))?;
    let (reason, name) = (question.reason.trim(), question.name.trim());
    if matches!(answer, Answer::B | Answer::C | Answer::D) && reason.is_empty() {
        return Err(Refusal::invalid("reason", "Please give the reason."));
    }
    if reason.len() > LONGEST_REASON {
        return Err(Refusal::invalid("reason", "This reason is too long."));
    }
    if name.is_empty() {
        return Err(Refusal::invalid("name", "Please type your name."));
    }
    if name.len() > LONGEST_NAME {
        return Err(Refusal::invalid("name", "This name is too long."));
    }
    Ok(Given { token, answer, reason: reason.to_owned(), name: name.to_owned() })
}

fn must_be_open(app: &App, row: &QuestionRow) -> Result<(), Refusal> {
    if row.state_at(app.now()) == "open" {
        Ok(())
    } else {
        Err(Refusal::conflict("This question has been answered, or has ended."))
    }
}

/// Whoever would be approached is looked up afresh; a veto needs no look-up.
async fn looked_up(
    app: &App,
    tx: &mut PgConnection,
    patient: PatientId,
    answer: Answer,
) -> Result<Option<ClinicalRecord>, Fault> {
    if !(answer.is_yes() || answer == Answer::NotMine) {
        return Ok(None);
    }
    let number = patients::nhs_number(tx, &app.keyring, patient).await?;
    Ok(app.clinical_source.find(number).await?)
}

/// One transaction under the patient's lock, so that of many answers at once the first one counts.
async fn record_answer(
    app: &App,
    given: &Given,
    row: &QuestionRow,
    patient: PatientId,
    record: Option<ClinicalRecord>,
) -> Result<(), Refusal> {
    let mut tx = app.begin().await?;
    patients::lock_by_id(&mut tx, patient).await?;
    if let Some(record) = &record {
        mode_changes::refresh_for(app, &mut tx, patient, row.contact_request_id, record).await?;
    }
    let question = find(&mut tx, &given.token).await?;
    let request = contact_requests::lock(&mut tx, row.contact_request_id)
        .await?
        .ok_or(StoreError::Unknown("clinician_questions.contact_request_id"))?;
    if given.answer.is_yes() && yes_after_no::is_forbidden(&mut tx, patient, &request).await? {
        yes_after_no::block(app, &mut tx, &request).await?;
        app.commit(tx).await?;
        return Err(Refusal::conflict("This request has ended. Nobody will be contacted because of it."));
    }
    must_be_open(app, &question)?;
    must_be_offered(&mut tx, &request, given.answer).await?;
    keep(app, &mut tx, &question, &request, given).await?;
    if given.answer == Answer::NotMine {
        let reassigned = RequestRow { state: State::Reassigned, ..request };
        reassign::ask_next(app, &mut tx, &reassigned, patient, record.as_ref()).await?;
    }
    app.commit(tx).await?;
    Ok(())
}

/// Where the researchers want a form filled in, the RDBM cannot pass the request on.
async fn must_be_offered(tx: &mut PgConnection, request: &RequestRow, answer: Answer) -> Result<(), Refusal> {
    let study = studies::get(tx, request.study_id).await?.ok_or(StoreError::Unknown("study_id"))?.study();
    if answer.is_offered(extra_form_wanted(study.extra_form, request.direct_approach)) {
        return Ok(());
    }
    let message = "The researchers want a form filled in by a clinician: please hand the pack over yourself.";
    Err(Refusal::invalid("answer", message))
}

/// Keeps the answer with what it means at once. The pack after R and A follows from the fact.
async fn keep(
    app: &App,
    tx: &mut PgConnection,
    question: &QuestionRow,
    request: &RequestRow,
    given: &Given,
) -> Result<(), Fault> {
    let now = app.now();
    let kept = NewAnswer { answer: given.answer, reason: &given.reason, name: &given.name };
    answers::keep(tx, &app.keyring, question.id, &kept, now).await?;
    let actor = Actor::Clinician(given.name.clone());
    contact_requests::change(tx, &app.outbox, request, State::from(given.answer), "", &actor, now).await?;
    match given.answer {
        Answer::NotMine => return Ok(()),
        Answer::R | Answer::A => reservations::approached(tx, request.id, now).await?,
        Answer::B | Answer::C | Answer::D => {
            reservations::release(tx, request.id, now).await?;
            notices::send(tx, app, Notice::ClinicianAnswered(given.answer), Some(request.id)).await?;
        }
    }
    charity::accrue(tx, request.id, app.settings.process.charity_pence, now).await?;
    Ok(())
}
