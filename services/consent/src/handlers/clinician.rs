//! What stands behind a clinician's link. Opening it changes nothing, however often it is fetched.

use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::{
    ClinicianQuestion, Document, GetClinicianPack, OpenClinicianQuestion, Patient as PatientMessage,
};
use coffer_proto::date;
use sqlx::PgConnection;

use super::faults::Fault;
use super::guard;
use crate::app::App;
use crate::domain::answer::{Answer, extra_form_wanted};
use crate::domain::guidance::guidance;
use crate::domain::patient::Patient;
use crate::domain::token::{Token, TokenHash};
use crate::store::answers::{self, QuestionRow};
use crate::store::audit::{self, IdentityView};
use crate::store::transitions::Actor;
use crate::store::{StoreError, contact_requests, letters, snapshots, studies};

/// Answers [`OpenClinicianQuestion`]. Once a question has ended, its page identifies nobody.
pub async fn open(app: App, question: OpenClinicianQuestion) -> Result<ClinicianQuestion, Refusal> {
    let token = token(&question.token)?;
    let mut tx = app.begin().await?;
    let row = find(&mut tx, &token).await?;
    let closed = ClinicianQuestion {
        contact_request_id: row.contact_request_id.to_string(),
        state: row.state_at(app.now()).to_owned(),
        answer: row.answer.clone().unwrap_or_default(),
        pack_ready: row.answer() == Some(Answer::A),
        ..ClinicianQuestion::default()
    };
    if closed.state == "open" { Ok(in_full(&app, &mut tx, &token, &row, closed).await?) } else { Ok(closed) }
}

/// Answers [`GetClinicianPack`]: the stored bytes, for the clinician who hands them over.
pub async fn pack(app: App, question: GetClinicianPack) -> Result<Document, Refusal> {
    let unknown = || Refusal::not_found("There is no pack behind this link.");
    let mut tx = app.begin().await?;
    let row = find(&mut tx, &token(&question.token)?).await?;
    let request = contact_requests::get(&mut tx, row.contact_request_id).await?.ok_or_else(unknown)?;
    if row.answer() != Some(Answer::A) {
        return Err(unknown());
    }
    if row.expires_at <= app.now() {
        return Err(Refusal::conflict("This link has expired. Please ask the research database manager."));
    }
    if guard::pack(&mut tx, request.id).await?.is_some() {
        return Err(Refusal::conflict("This request has ended. Please hand nothing over."));
    }
    let made = letters::of_request(&mut tx, request.id).await?;
    let pack = made
        .into_iter()
        .find(|letter| letter.kind == "pack")
        .ok_or_else(|| Refusal::conflict("The pack is being made. Please open it again in a few seconds."))?;
    let clinician = answers::recipient(&mut tx, &app.keyring, row.id).await?;
    let pdf = letters::pdf(&mut tx, &app.keyring, pack.id).await?;
    let view = IdentityView {
        actor: &Actor::Clinician(clinician.name()),
        what: "pack",
        purpose: "opened a pack to hand over",
        contact_request: Some(request.id),
        patient: request.patient_id,
        letter: Some(pack.id),
    };
    audit::record(&mut tx, &view, app.now()).await?;
    app.commit(tx).await?;
    Ok(Document { file_name: format!("pack-{}.pdf", request.id), pdf, sha256: pack.sha256 })
}

/// Reads the token of a link; a malformed one looks like one that was never given out.
pub(super) fn token(text: &str) -> Result<TokenHash, Refusal> {
    Token::parse(text).map(|token| token.hash()).ok_or_else(unknown_link)
}

/// The question behind a link.
pub(super) async fn find(tx: &mut PgConnection, token: &TokenHash) -> Result<QuestionRow, Refusal> {
    answers::by_token(tx, token).await?.ok_or_else(unknown_link)
}

fn unknown_link() -> Refusal {
    Refusal::not_found("This link is not known. Please use the link in our newest e-mail.")
}

/// The key of nonces, derived from one that all instances share.
pub(super) fn nonce_key(app: &App) -> Vec<u8> {
    app.keyring.blind_index("clinician page", "nonce")
}

/// What the clinician needs to answer.
async fn in_full(
    app: &App,
    tx: &mut PgConnection,
    token: &TokenHash,
    row: &QuestionRow,
    closed: ClinicianQuestion,
) -> Result<ClinicianQuestion, Fault> {
    let missing = StoreError::Unknown("clinician_questions.contact_request_id");
    let request = contact_requests::get(tx, row.contact_request_id).await?.ok_or(missing)?;
    let study = studies::get(tx, request.study_id).await?.ok_or(StoreError::Unknown("study_id"))?.study();
    let patient = snapshots::get(tx, &app.keyring, request.id).await?.map(|snapshot| snapshot.patient);
    let form = extra_form_wanted(study.extra_form, request.direct_approach);
    let now = app.now();
    Ok(ClinicianQuestion {
        nonce: token.nonce(&nonce_key(app), now),
        clinician_name: answers::recipient(tx, &app.keyring, row.id).await?.name(),
        lead_researcher: study.lead_researcher(),
        clinical_trial: study.clinical_trial,
        involvement: request.involvement.unwrap_or_default(),
        may_pass_to_rdbm: Answer::R.is_offered(form),
        guidance: patient
            .as_ref()
            .map(|patient| guidance(patient, &study, now.date_naive()))
            .unwrap_or_default(),
        patient: patient.map(message),
        study_title: study.title,
        study_summary: study.summary,
        ..closed
    })
}

fn message(patient: Patient) -> PatientMessage {
    PatientMessage {
        name: patient.name(),
        born_on: date(patient.born_on),
        nhs_number: patient.nhs_number.grouped(),
        local_id: format!("{} {}", patient.local_id_label, patient.local_id).trim().to_owned(),
        address: patient.address,
        gp: patient.gp_name,
    }
}
