//! The live guard: right before an e-mail is handed over, the newest consent decides whether it may be.

use coffer_proto::common::v1::Refusal;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::mailer::v1::{MailPermission, MailPermitted};
use coffer_types::{ContactRequestId, EmailId};
use sqlx::PgConnection;

use super::caller::id;
use crate::app::App;
use crate::domain::mode::CurrentMode;
use crate::domain::state::State;
use crate::domain::words::words;
use crate::mails::{Approval, Confirmation, Mail, Question, Reminder, Withdrawal};
use crate::store::{Result as StoreResult, consent_modes, contact_requests, mails, patients, questions};

words! {
    /// Why an e-mail or a letter must not leave; the mailer keeps the word.
    pub enum Stopped {
        /// The patient's newest word forbids it.
        ConsentWithdrawn = "consent_withdrawn",
        /// The request is not where this e-mail belongs any more.
        StateChanged = "state_changed",
        /// The approval may still leave before its withdrawal.
        ApprovalUnderWay = "approval_under_way",
        /// The approval never left, so a withdrawal would be the first to tell who the patient is.
        NeverTold = "never_told",
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
        // No answer means "not yet" to the mailer: first it has to tell what became of the approval.
        Some(Stopped::ApprovalUnderWay) => {
            return Err(Refusal::new(Code::Unavailable, "The approval is still under way."));
        }
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
        Confirmation::KIND => pack(tx, request).await,
        Withdrawal::KIND => withdrawal(tx, request).await,
        _ => Ok(None), // notices to the RDBM
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

/// Why a clinician must not hand the pack over now, if so.
pub async fn pack(tx: &mut PgConnection, request: ContactRequestId) -> StoreResult<Option<Stopped>> {
    if let Some(stopped) = contact_forbidden(tx, request).await? {
        return Ok(Some(stopped));
    }
    let state = contact_requests::get(tx, request).await?.map(|row| row.state);
    Ok((state == Some(State::Withdrawn)).then_some(Stopped::ConsentWithdrawn))
}

/// A withdrawal names the patient: it goes only to researchers who may have learned the name before.
async fn withdrawal(tx: &mut PgConnection, request: ContactRequestId) -> StoreResult<Option<Stopped>> {
    let mails = mails::of_request(tx, request).await?;
    let approval = mails.iter().find(|mail| mail.kind == Approval::KIND);
    Ok(match approval.map(|mail| mail.state.as_str()) {
        Some("stopped") => Some(Stopped::NeverTold),
        Some("queued" | "deferred") => Some(Stopped::ApprovalUnderWay),
        _ => None,
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
