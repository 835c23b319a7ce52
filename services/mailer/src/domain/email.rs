//! The command to send, parsed: what stands here can be stored and sent.

use chrono::{DateTime, Utc};
use coffer_proto::mailer::v1::{Attachment, SendEmail};
use coffer_types::{EmailAddress, EmailId};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The services whose e-mails we send: each answers the live guard for its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sender {
    /// Consent to contact.
    Consent,
}

impl Sender {
    const ALL: [Self; 1] = [Self::Consent];

    /// The name in contracts and columns.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Consent => "consent",
        }
    }

    /// The sender of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sender| sender.as_str() == name)
    }
}

/// Who an e-mail belongs to; travels in its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The e-mail.
    pub id: EmailId,
    /// The service that asked for it.
    pub sender: Sender,
    /// The sender's word for the kind of mail.
    pub kind: String,
    /// The sender's aggregate.
    pub reference: String,
}

/// To whom, and about what. Sealed at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The intended recipient, whatever the safety catch does.
    pub recipient: EmailAddress,
    /// The recipient's name; may be empty.
    pub recipient_name: String,
    /// The subject.
    pub subject: String,
}

/// The words and files. Sealed at rest.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Content {
    /// Plain text; empty for none.
    #[prost(string, tag = "1")]
    pub text: String,
    /// HTML; empty for none.
    #[prost(string, tag = "2")]
    pub html: String,
    /// Files.
    #[prost(message, repeated, tag = "3")]
    pub attachments: Vec<Attachment>,
}

/// An e-mail as accepted.
#[derive(Debug, Clone, PartialEq)]
pub struct Email {
    /// Who it belongs to.
    pub origin: Origin,
    /// To whom, and about what.
    pub envelope: Envelope,
    /// The words and files.
    pub content: Content,
    /// Not to be sent after this moment.
    pub not_after: Option<DateTime<Utc>>,
}

/// A command that can never become an e-mail. Names the field, never its value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{field} {problem}")]
pub struct MalformedEmail {
    field: &'static str,
    problem: &'static str,
}

impl TryFrom<SendEmail> for Email {
    type Error = MalformedEmail;

    fn try_from(command: SendEmail) -> Result<Self, MalformedEmail> {
        for attachment in &command.attachments {
            one_line("attachments.name", &attachment.name)?;
            lettre::message::header::ContentType::parse(&attachment.content_type)
                .map_err(|_| malformed("attachments.content_type", "is not a content type"))?;
        }
        if command.text.is_empty() && command.html.is_empty() {
            return Err(malformed("text", "is missing, and so is html"));
        }
        let origin = Origin {
            id: command.email_id.parse().map_err(|_| malformed("email_id", "is not an id"))?,
            sender: Sender::parse(&command.sender).ok_or(malformed("sender", "is not a known service"))?,
            kind: one_line("kind", &command.kind)?,
            reference: one_line("reference", &command.reference)?,
        };
        let envelope = Envelope {
            recipient: command
                .recipient
                .parse()
                .map_err(|_| malformed("recipient", "is not an e-mail address"))?,
            recipient_name: safe_in_header("recipient_name", command.recipient_name)?,
            subject: one_line("subject", &command.subject)?,
        };
        let not_after = command
            .not_after
            .map(|at| coffer_proto::moment(&at))
            .transpose()
            .map_err(|_| malformed("not_after", "is not a moment"))?;
        let content = Content { text: command.text, html: command.html, attachments: command.attachments };
        Ok(Self { origin, envelope, content, not_after })
    }
}

/// Refuses what could start a header of its own.
fn safe_in_header(field: &'static str, text: String) -> Result<String, MalformedEmail> {
    if text.contains(char::is_control) {
        return Err(malformed(field, "contains a line end or another control character"));
    }
    Ok(text)
}

fn one_line(field: &'static str, text: &str) -> Result<String, MalformedEmail> {
    if text.trim().is_empty() {
        return Err(malformed(field, "is missing"));
    }
    safe_in_header(field, text.to_owned())
}

const fn malformed(field: &'static str, problem: &'static str) -> MalformedEmail {
    MalformedEmail { field, problem }
}

#[cfg(test)]
pub(crate) mod tests {
    use rstest::rstest;

    use super::*;

    /// A command that is in order.
    pub(crate) fn command() -> SendEmail {
        SendEmail {
            email_id: "01890000-0000-7000-8000-000000000001".into(),
            sender: "consent".into(),
            kind: "approval".into(),
            reference: "01890000-0000-7000-8000-000000000002".into(),
            recipient: "jo.doe@nhs.example".into(),
            recipient_name: "Dr Jörg Döe".into(),
            subject: "Your study: contact approved – please read".into(),
            text: "Dear Dr Döe,\n\nplease see the letter.\n".into(),
            html: "<p>Dear Dr Döe,</p><p>please see the letter.</p>".into(),
            attachments: vec![Attachment {
                name: "letter.pdf".into(),
                content_type: "application/pdf".into(),
                content: b"%PDF-1.7 not really".to_vec(),
            }],
            not_after: None,
        }
    }

    #[test]
    fn a_command_in_order_is_an_email() {
        let email = Email::try_from(command()).unwrap();
        assert_eq!(email.envelope.recipient.as_str(), "jo.doe@nhs.example");
        assert_eq!(email.origin.sender, Sender::Consent);
    }

    #[rstest]
    #[case::id(|c: &mut SendEmail| c.email_id = "42".into(), "email_id is not an id")]
    #[case::sender(|c: &mut SendEmail| c.sender = "stranger".into(), "sender is not a known service")]
    #[case::recipient(
        |c: &mut SendEmail| c.recipient = "a@b.example\r\nBcc: c@d.example".into(),
        "recipient is not an e-mail address")]
    #[case::subject(
        |c: &mut SendEmail| c.subject = "Hello\r\nBcc: c@d.example".into(),
        "subject contains a line end or another control character")]
    #[case::recipient_name(
        |c: &mut SendEmail| c.recipient_name = "Jo\nX: y".into(),
        "recipient_name contains a line end or another control character")]
    #[case::attachment_name(
        |c: &mut SendEmail| c.attachments[0].name = "a\r\n.pdf".into(),
        "attachments.name contains a line end or another control character")]
    #[case::content_type(
        |c: &mut SendEmail| c.attachments[0].content_type = "pdf".into(),
        "attachments.content_type is not a content type")]
    #[case::no_words(
        |c: &mut SendEmail| { c.text.clear(); c.html.clear(); },
        "text is missing, and so is html")]
    fn a_malformed_command_names_its_field(#[case] spoil: fn(&mut SendEmail), #[case] problem: &str) {
        let mut command = command();
        spoil(&mut command);
        assert_eq!(Email::try_from(command).unwrap_err().to_string(), problem);
    }
}
