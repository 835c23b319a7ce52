//! The live guard: right before an e-mail is handed over, the newest consent decides whether it may be.

use coffer_proto::common::v1::Refusal;
use coffer_proto::mailer::v1::{MailPermission, MailPermitted};
use coffer_types::{ContactRequestId, EmailId};
use sqlx::PgConnection;

use super::caller::id;
use crate::app::App;
use crate::domain::mode::CurrentMode;
use crate::domain::state::State;
use crate::domain::words::words;
use crate::mails::{Approval, Mail, Question, Reminder};
use crate::store::{Result as StoreResult, consent_modes, contact_requests, mails, patients, questions};

words! {
    /// Why an e-mail or a letter must not leave; the mailer keeps the word.
    pub enum Stopped {
        /// The patient's newest word forbids it.
        ConsentWithdrawn = "consent_withdrawn",
        /// The request is not where this e-mail belongs any more.
        StateChanged = "state_changed",
        /// The clinician's question has ended.
        QuestionEnded = "question_ended",
        /// This service never asked for it.
        Unknown = "unknown_email",
    }
}

/// Answers [`MailPermitted`].
pub async fn mail_permitted(app: App, question: MailPermitted) -> Result<MailPermission, Refusal> {
    let email: EmailId = id(&question.email_id, "email_id")?;
    let mut tx = app.begin().await?;
    Ok(match mail(&mut tx, &app, email).await? {
        None => MailPermission { permitted: true, reason: String::new() },
        Some(stopped) => MailPermission { permitted: false, reason: stopped.as_str().to_owned() },
    })
}

/// Why the e-mail must not leave now, if so.
async fn mail(tx: &mut PgConnection, app: &App, email: EmailId) -> StoreResult<Option<Stopped>> {
    let Some(mail) = mails::get(tx, email).await? else { return Ok(Some(Stopped::Unknown)) };
    let Some(request) = mail.contact_request_id else { return Ok(None) };
    match mail.kind.as_str() {
        Approval::KIND => approval(tx, request).await,
        Question::KIND | Reminder::KIND => question(tx, app, request, email).await,
        // Withdrawals, notices and a clinician's own confirmation reveal nothing new.
        _ => Ok(None),
    }
}

async fn question(
    tx: &mut PgConnection,
    app: &App,
    request: ContactRequestId,
    email: EmailId,
) -> StoreResult<Option<Stopped>> {
    if let Some(stopped) = contact_forbidden(tx, request).await? {
        return Ok(Some(stopped));
    }
    let open = questions::is_open(tx, email, app.now()).await?;
    Ok((!open).then_some(Stopped::QuestionEnded))
}

/// Why the patient's identity must not be revealed to the researchers now, if so.
pub async fn approval(tx: &mut PgConnection, request: ContactRequestId) -> StoreResult<Option<Stopped>> {
    if let Some(stopped) = contact_forbidden(tx, request).await? {
        return Ok(Some(stopped));
    }
    let state = contact_requests::get(tx, request).await?.map(|row| row.state);
    Ok(match state {
        Some(State::ApprovedDirect | State::Approved) => None,
        Some(State::Withdrawn) => Some(Stopped::ConsentWithdrawn),
        _ => Some(Stopped::StateChanged),
    })
}

/// Whether the patient's newest word forbids contact. Waits for whoever is changing it.
async fn contact_forbidden(tx: &mut PgConnection, request: ContactRequestId) -> StoreResult<Option<Stopped>> {
    let patient = contact_requests::get(tx, request).await?.and_then(|row| row.patient_id);
    let Some(patient) = patient else { return Ok(Some(Stopped::Unknown)) };
    patients::lock_by_id(tx, patient).await?;
    let current = consent_modes::current(tx, patient).await?.map(|row| row.mode()).transpose()?;
    Ok(current.filter(CurrentMode::forbids_contact).map(|_| Stopped::ConsentWithdrawn))
}
