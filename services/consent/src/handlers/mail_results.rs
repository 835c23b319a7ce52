//! What became of our e-mails, as the mailer tells it. A researcher's mail that failed goes to the RDBM's desk.

use chrono::{DateTime, Utc};
use coffer_bus::{Delivery, Handler, HandlerError};
use coffer_proto::mailer::v1::{EmailDeferred, EmailDoubtful, EmailRefused, EmailSent, EmailStopped};
use coffer_proto::moment;
use coffer_types::EmailId;
use prost_types::Timestamp;
use sqlx::PgConnection;

use super::faults::Fault;
use super::notices;
use crate::app::App;
use crate::mails::{Notice, SENDER};
use crate::store::letters;
use crate::store::mails::{self, MailRow, Recipient};

/// Follows the facts of the mailer about our e-mails.
pub struct MailResults {
    /// What handlers share.
    pub app: App,
}

/// One fact of the mailer, whichever of its kinds.
struct Told {
    email: EmailId,
    state: &'static str,
    reason: String,
    at: DateTime<Utc>,
}

impl Handler for MailResults {
    async fn handle(&self, tx: &mut PgConnection, delivery: &Delivery) -> Result<(), HandlerError> {
        let Some(told) = read(delivery)? else { return Ok(()) };
        let Some(mail) = mails::get(tx, told.email).await? else {
            return Err(HandlerError::poison("this service never asked for this e-mail"));
        };
        let news = mails::told(tx, told.email, told.state, &told.reason, told.at).await?;
        let failed = matches!(told.state, "refused" | "doubtful");
        if news && failed && mail.recipient_role == Recipient::Researcher.as_str() {
            self.take_over(tx, &mail).await?;
        }
        Ok(())
    }
}

impl MailResults {
    /// The letter goes to the print queue instead, and the RDBM is told.
    async fn take_over(&self, tx: &mut PgConnection, mail: &MailRow) -> Result<(), Fault> {
        if let Some(letter) = mail.letter_id {
            letters::queue(tx, letter, self.app.now()).await?;
        }
        notices::send(tx, &self.app, Notice::ResearcherUnreachable, mail.contact_request_id).await
    }
}

/// Reads the fact; none when it is about an e-mail of another sender.
fn read(delivery: &Delivery) -> Result<Option<Told>, HandlerError> {
    macro_rules! try_each {
        ($($message:ty => $state:literal, $reason:expr;)+) => {$(
            if let Some(fact) = delivery.decode::<$message>()? {
                if fact.sender != SENDER {
                    return Ok(None);
                }
                let reason: fn($message) -> String = $reason;
                let (email, at) = (email_id(&fact.email_id)?, at(fact.at.as_ref())?);
                return Ok(Some(Told { email, state: $state, at, reason: reason(fact) }));
            }
        )+};
    }
    try_each! {
        EmailSent => "sent", |_| String::new();
        EmailDeferred => "deferred", |fact| fact.reason;
        EmailRefused => "refused", |fact| fact.reason;
        EmailDoubtful => "doubtful", |_| String::new();
        EmailStopped => "stopped", |fact| fact.reason;
    }
    Ok(None)
}

fn email_id(text: &str) -> Result<EmailId, HandlerError> {
    text.parse().map_err(|_| HandlerError::poison("the e-mail id is not valid"))
}

fn at(at: Option<&Timestamp>) -> Result<DateTime<Utc>, HandlerError> {
    at.and_then(|at| moment(at).ok()).ok_or_else(|| HandlerError::poison("the moment is missing"))
}
