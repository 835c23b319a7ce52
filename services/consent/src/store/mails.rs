//! E-mails asked of the mailer, and what the mailer told of each since.

use chrono::{DateTime, Utc};
use coffer_bus::Outbox;
use coffer_proto::mailer::v1::SendEmail;
use coffer_types::{ContactRequestId, EmailId, LetterId};
use sqlx::PgConnection;

use super::{Result, StoreError};

/// For whom an e-mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipient {
    /// A clinician, asked about a patient.
    Clinician,
    /// The lead researcher of a study.
    Researcher,
    /// The manager of the research database.
    Rdbm,
}

impl Recipient {
    /// The word in the database and in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Clinician => "clinician",
            Self::Researcher => "researcher",
            Self::Rdbm => "rdbm",
        }
    }
}

/// What an e-mail belongs to.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// For whom it is.
    pub recipient: Recipient,
    /// The request that it is about.
    pub contact_request: Option<ContactRequestId>,
    /// The letter that it carries.
    pub letter: Option<LetterId>,
}

/// An e-mail as this service follows it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct MailRow {
    /// Its id.
    pub email_id: EmailId,
    /// Its kind.
    pub kind: String,
    /// The request that it is about.
    pub contact_request_id: Option<ContactRequestId>,
    /// The letter that it carries.
    pub letter_id: Option<LetterId>,
    /// `clinician`, `researcher`, `rdbm`.
    pub recipient_role: String,
    /// When the mailer was asked.
    pub asked_at: DateTime<Utc>,
    /// `queued`, `sent`, `deferred`, `refused`, `doubtful`, `stopped`.
    pub state: String,
    /// A word of the mailer's.
    pub reason: String,
    /// When the mailer last told something.
    pub changed_at: DateTime<Utc>,
}

/// Asks the mailer, through the outbox, to send an e-mail once. Returns its id.
pub async fn send(
    tx: &mut PgConnection,
    outbox: &Outbox,
    mail: &SendEmail,
    about: About,
    now: DateTime<Utc>,
) -> Result<EmailId> {
    let id: EmailId = mail.email_id.parse().map_err(|_| StoreError::Unknown("SendEmail.email_id"))?;
    sqlx::query(
        "INSERT INTO outgoing_mails
            (email_id, kind, contact_request_id, letter_id, recipient_role, asked_at, state, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'queued', $6)",
    )
    .bind(id)
    .bind(&mail.kind)
    .bind(about.contact_request)
    .bind(about.letter)
    .bind(about.recipient.as_str())
    .bind(now)
    .execute(&mut *tx)
    .await?;
    outbox.enqueue(tx, mail).await?;
    Ok(id)
}

/// One e-mail.
pub async fn get(tx: &mut PgConnection, id: EmailId) -> Result<Option<MailRow>> {
    let row = sqlx::query_as(
        "SELECT email_id, kind, contact_request_id, letter_id, recipient_role, asked_at, state, reason, changed_at
         FROM outgoing_mails WHERE email_id = $1",
    )
    .bind(id)
    .fetch_optional(tx)
    .await?;
    Ok(row)
}

/// The e-mails about a request, oldest first.
pub async fn of_request(tx: &mut PgConnection, request: ContactRequestId) -> Result<Vec<MailRow>> {
    let rows = sqlx::query_as(
        "SELECT email_id, kind, contact_request_id, letter_id, recipient_role, asked_at, state, reason, changed_at
         FROM outgoing_mails WHERE contact_request_id = $1 ORDER BY asked_at, email_id",
    )
    .bind(request)
    .fetch_all(tx)
    .await?;
    Ok(rows)
}

/// Keeps what the mailer told, unless something newer is known already: facts may come late or out of order.
/// Returns whether this was news.
pub async fn told(
    tx: &mut PgConnection,
    id: EmailId,
    state: &str,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE outgoing_mails SET state = $2, reason = $3, changed_at = $4
         WHERE email_id = $1 AND (state = 'queued' OR changed_at <= $4)",
    )
    .bind(id)
    .bind(state)
    .bind(reason)
    .bind(at)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
