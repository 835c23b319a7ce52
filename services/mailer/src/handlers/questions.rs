//! Questions about e-mails. RDBM and admin see them; a person decides what is sent again.

use std::sync::Arc;

use coffer_bus::Bus;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::common::v1::{Caller, Page, Refusal};
use coffer_proto::mailer::v1::{
    Attempt, Email, EmailDetail, EmailList, GetEmail, GetMailerStatus, ListEmails, MailerStatus, ResendEmail,
};
use coffer_proto::timestamp;
use coffer_runtime::Context;
use coffer_types::{EmailId, Role, UserId};
use tokio::sync::Notify;

use crate::domain::safety_catch::SafetyCatch;
use crate::domain::state::State;
use crate::store::{AttemptRow, EmailSummary, Emails, StoreError};

/// Who may see and resend e-mails.
const READERS: [Role; 2] = [Role::Rdbm, Role::Admin];

/// Page size when the caller names none, and the largest.
const DEFAULT_LIMIT: u32 = 50;
const LARGEST_LIMIT: u32 = 500;

/// What the answers need.
#[derive(Clone)]
pub struct Questions {
    /// The e-mails.
    pub emails: Emails,
    /// Wakes a worker for an e-mail to send again.
    pub wake: Arc<Notify>,
    /// The safety catch, if it is on.
    pub catch: Option<SafetyCatch>,
}

impl Questions {
    /// Answers from now on.
    pub async fn serve(self, bus: &Bus, context: &Context) -> anyhow::Result<()> {
        let (list, get, resend) = (self.clone(), self.clone(), self.clone());
        bus.answers()
            .on(move |question: ListEmails| {
                let this = list.clone();
                async move { this.list(question).await }
            })
            .on(move |question: GetEmail| {
                let this = get.clone();
                async move { this.get(question).await }
            })
            .on(move |question: ResendEmail| {
                let this = resend.clone();
                async move { this.resend(question).await }
            })
            .on(move |_: GetMailerStatus| {
                let status = self.status();
                async move { Ok(status) }
            })
            .serve(context)
            .await?;
        Ok(())
    }

    async fn list(&self, question: ListEmails) -> Result<EmailList, Refusal> {
        permitted(question.caller.as_ref())?;
        let state = match question.state.as_str() {
            "" => None,
            name => Some(name.parse::<State>().map_err(|e| Refusal::invalid("state", e.to_string()))?),
        };
        let Page { offset, limit } = question.page.unwrap_or_default();
        let limit = if limit == 0 { DEFAULT_LIMIT } else { limit.min(LARGEST_LIMIT) };
        let (emails, total) = self.emails.list(state, offset, limit).await.map_err(|e| refusal(&e))?;
        Ok(EmailList { emails: emails.into_iter().map(email).collect(), total })
    }

    async fn get(&self, question: GetEmail) -> Result<EmailDetail, Refusal> {
        permitted(question.caller.as_ref())?;
        self.detail(parse_id(&question.id)?).await
    }

    async fn resend(&self, question: ResendEmail) -> Result<Email, Refusal> {
        let caller = permitted(question.caller.as_ref())?;
        let user = caller.user_id.parse::<UserId>().map_err(|e| Refusal::invalid("caller", e.to_string()))?;
        let id = parse_id(&question.id)?;
        self.emails.resend(id, user, &caller.name).await.map_err(|e| refusal(&e))?;
        self.wake.notify_one();
        let EmailDetail { email, .. } = self.detail(id).await?;
        Ok(email.unwrap_or_default())
    }

    fn status(&self) -> MailerStatus {
        let address = self.catch.as_ref().map(|catch| catch.address.to_string());
        MailerStatus { safety_catch: address.is_some(), diverted_to: address.unwrap_or_default() }
    }

    async fn detail(&self, id: EmailId) -> Result<EmailDetail, Refusal> {
        let (summary, attempts) = self.emails.get(id).await.map_err(|e| refusal(&e))?;
        Ok(EmailDetail { email: Some(email(summary)), attempts: attempts.into_iter().map(attempt).collect() })
    }
}

fn permitted(caller: Option<&Caller>) -> Result<&Caller, Refusal> {
    caller
        .filter(|caller| READERS.iter().any(|role| caller.roles.iter().any(|name| name == role.as_str())))
        .ok_or_else(|| Refusal::forbidden("Only research database managers and administrators see e-mails."))
}

fn parse_id(text: &str) -> Result<EmailId, Refusal> {
    text.parse().map_err(|_| Refusal::not_found("There is no such e-mail."))
}

fn refusal(error: &StoreError) -> Refusal {
    match error {
        StoreError::NotFound => Refusal::not_found("There is no such e-mail."),
        StoreError::Custody(_) => Refusal::conflict("This e-mail is not in a state to be sent again."),
        StoreError::Database(_) => {
            tracing::error!(error = error as &dyn std::error::Error, "a question about e-mails failed");
            Refusal::new(Code::Unavailable, "The e-mails cannot be read at the moment. Please try again.")
        }
        _ => {
            tracing::error!(error = error as &dyn std::error::Error, "a question about e-mails failed");
            Refusal::new(Code::Internal, "Something went wrong on our side.")
        }
    }
}

fn email(EmailSummary { row, envelope }: EmailSummary) -> Email {
    Email {
        id: row.id.to_string(),
        kind: row.kind,
        reference: row.reference,
        state: row.state,
        recipient: envelope.recipient.into(),
        diverted_to: row.diverted_to.unwrap_or_default(),
        subject: envelope.subject,
        accepted_at: Some(timestamp(row.accepted_at)),
        changed_at: Some(timestamp(row.changed_at)),
        next_try_at: row.next_try_at.map(timestamp),
        reason: row.reason.unwrap_or_default(),
        attempts: u32::try_from(row.attempts).unwrap_or(u32::MAX),
    }
}

fn attempt(row: AttemptRow) -> Attempt {
    Attempt {
        number: row.number.unsigned_abs(),
        at: Some(timestamp(row.at)),
        outcome: row.outcome,
        detail: row.detail,
    }
}
