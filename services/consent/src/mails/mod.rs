//! The words of our e-mails. Each is written once, as text; its HTML is made from the same words.
//!
//! E-mails carry no NHS number, date of birth or address: the page behind the link shows them
//! (setting `process.identify_in_mail` for sites whose mail never leaves one secure network).

mod blocks;
mod clinician;
mod notice;
mod one_line;
mod researcher;
#[cfg(test)]
mod tests;

use askama::Template;
use coffer_proto::mailer::v1::{Attachment, SendEmail};
use coffer_types::{ContactRequestId, EmailAddress, EmailId};

pub use clinician::{Asked, Confirmation, IdentifiedPatient, Question, Reminder};
pub use notice::{Notice, RdbmNotice};
pub use one_line::OneLine;
pub use researcher::{Approval, Withdrawal};

use one_line::one_line;

/// The name under which this service asks for e-mails, and answers for them later.
pub const SENDER: &str = "consent";

/// Who writes: stands below every e-mail.
#[derive(Debug, Clone)]
pub struct House {
    /// Name of the trust.
    pub organisation: String,
    /// Where people reach the research database manager.
    pub rdbm_email: String,
}

/// An e-mail: a template with its kind and subject.
pub trait Mail: Template {
    /// The word by which the mailer and the live guard know it, such as `clinician_question`.
    const KIND: &'static str;

    /// The subject line.
    fn subject(&self) -> String;
}

/// An e-mail whose words are set, without its recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComposedMail {
    /// The sender's word for what it is.
    pub kind: &'static str,
    /// The subject line.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part, with the same words.
    pub html: String,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
}

/// Sets the words of an e-mail.
///
/// # Errors
/// The template fails, which only a bug can cause.
pub fn compose<M: Mail>(mail: &M) -> askama::Result<ComposedMail> {
    let subject = one_line(&mail.subject());
    let text = blocks::tidy(&mail.render()?);
    let html = blocks::to_html(&subject, &text)?;
    Ok(ComposedMail { kind: M::KIND, subject, text, html, attachments: Vec::new() })
}

impl ComposedMail {
    /// Adds a letter.
    #[must_use]
    pub fn with_pdf(mut self, name: &str, content: Vec<u8>) -> Self {
        let content_type = "application/pdf".to_owned();
        self.attachments.push(Attachment { name: name.to_owned(), content_type, content });
        self
    }

    /// The command to the mailer. `reference` is what the live guard will be asked about.
    pub fn to(self, recipient: &EmailAddress, name: &str, reference: Option<ContactRequestId>) -> SendEmail {
        SendEmail {
            email_id: EmailId::new().to_string(),
            sender: SENDER.to_owned(),
            kind: self.kind.to_owned(),
            reference: reference.map(|id| id.to_string()).unwrap_or_default(),
            recipient: recipient.to_string(),
            recipient_name: one_line(name),
            subject: self.subject,
            text: self.text,
            html: self.html,
            attachments: self.attachments,
            not_after: None,
        }
    }
}

/// The short code by which people name a request: the last part of its id.
pub fn request_code(request: ContactRequestId) -> String {
    let id = request.to_string();
    id.rsplit('-').next().unwrap_or_default().to_owned()
}
