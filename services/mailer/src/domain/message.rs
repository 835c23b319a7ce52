//! The message as it goes over the wire: the same bytes at every try, so that a second copy can be told.

use chrono::{DateTime, Utc};
use coffer_proto::mailer;
use coffer_types::{EmailAddress, EmailId};
use lettre::message::header::{ContentTransferEncoding, ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, Message, MultiPart, SinglePart};
use thiserror::Error;

use super::email::{Content, Envelope};
use super::safety_catch::Destination;

/// What stands before the subject of a diverted e-mail.
const DIVERTED: &str = "[Diverted by the safety catch] ";

/// The house's side of every message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct House {
    /// The address in `From` and in the envelope.
    pub from: EmailAddress,
    /// The name beside it.
    pub from_name: String,
    /// What stands behind the `@` of a Message-ID.
    pub message_id_domain: String,
}

impl House {
    /// The Message-ID of an e-mail, fixed for all its tries.
    pub fn message_id(&self, id: EmailId) -> String {
        format!("<{id}@{}>", self.message_id_domain)
    }
}

/// A message that could not be built.
#[derive(Debug, Error)]
pub enum MessageError {
    /// An address that lettre does not take.
    #[error("an address of the message is not usable")]
    Address(#[from] lettre::address::AddressError),
    /// An attachment without a usable content type.
    #[error("a content type of the message is not usable")]
    ContentType(#[from] lettre::message::header::ContentTypeErr),
    /// An attachment that cannot be encoded.
    #[error("an attachment of the message cannot be encoded")]
    Attachment,
    /// Missing or contradictory headers.
    #[error("the message could not be put together")]
    Message(#[from] lettre::error::Error),
}

/// Everything of an e-mail that its message shows.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// The e-mail.
    pub id: EmailId,
    /// When it was accepted: the `Date` of every try.
    pub accepted_at: DateTime<Utc>,
    /// To whom, and about what.
    pub envelope: &'a Envelope,
    /// The words and files.
    pub content: &'a Content,
}

/// Builds the message; its envelope names the destination.
pub fn compose(house: &House, parts: Parts<'_>, to: &Destination) -> Result<Message, MessageError> {
    let Parts { id, accepted_at, envelope, content } = parts;
    let (subject, to_name) = if to.diverted {
        (format!("{DIVERTED}{}", envelope.subject), None)
    } else {
        (envelope.subject.clone(), Some(envelope.recipient_name.clone()).filter(|name| !name.is_empty()))
    };
    let from_name = Some(house.from_name.clone()).filter(|name| !name.is_empty());
    let builder = Message::builder()
        .message_id(Some(house.message_id(id)))
        .date(accepted_at.into())
        .from(Mailbox::new(from_name, house.from.as_str().parse()?))
        .to(Mailbox::new(to_name, to.address.as_str().parse()?))
        .subject(subject)
        .header(AutoSubmitted);
    if content.attachments.is_empty() {
        return Ok(match words(id, content) {
            Words::One(part) => builder.singlepart(part)?,
            Words::Both(part) => builder.multipart(part)?,
        });
    }
    let mixed = MultiPart::mixed().boundary(boundary("mixed", id));
    let mut mixed = match words(id, content) {
        Words::One(part) => mixed.singlepart(part),
        Words::Both(part) => mixed.multipart(part),
    };
    for attachment in &content.attachments {
        mixed = mixed.singlepart(file(attachment)?);
    }
    Ok(builder.multipart(mixed)?)
}

/// Always base64: in any other encoding a relay may change the line ends of a file.
fn file(attachment: &mailer::v1::Attachment) -> Result<SinglePart, MessageError> {
    let content_type = ContentType::parse(&attachment.content_type)?;
    let encoded = Body::new_with_encoding(attachment.content.clone(), ContentTransferEncoding::Base64)
        .map_err(|_| MessageError::Attachment)?;
    Ok(Attachment::new(attachment.name.clone()).body(encoded, content_type))
}

enum Words {
    One(SinglePart),
    Both(MultiPart),
}

fn words(id: EmailId, content: &Content) -> Words {
    let Content { text, html, .. } = content;
    match (text.is_empty(), html.is_empty()) {
        (false, false) => Words::Both(
            MultiPart::alternative()
                .boundary(boundary("alternative", id))
                .singlepart(SinglePart::plain(text.clone()))
                .singlepart(SinglePart::html(html.clone())),
        ),
        (true, _) => Words::One(SinglePart::html(html.clone())),
        (false, true) => Words::One(SinglePart::plain(text.clone())),
    }
}

/// Fixed, so that every try has the same bytes.
fn boundary(level: &str, id: EmailId) -> String {
    format!("{level}-{id}")
}

/// Asks auto-responders to keep quiet (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use coffer_proto::mailer::v1::SendEmail;
    use rstest::rstest;

    use super::*;
    use crate::domain::email::{Email, tests::command};
    use crate::domain::safety_catch::{SafetyCatch, destination};

    fn raw(command: SendEmail, catch: Option<&SafetyCatch>) -> String {
        let house = House {
            from: "research@trust.example".parse().unwrap(),
            from_name: "Research Database Manager".into(),
            message_id_domain: "coffer.example".into(),
        };
        let email = Email::try_from(command).unwrap();
        let parts = Parts {
            id: email.origin.id,
            accepted_at: DateTime::from_timestamp(1_795_000_000, 0).unwrap(),
            envelope: &email.envelope,
            content: &email.content,
        };
        let message = compose(&house, parts, &destination(catch, &email.envelope.recipient)).unwrap();
        String::from_utf8(message.formatted()).unwrap().replace("\r\n", "\n")
    }

    #[test]
    fn text_html_and_attachment() {
        insta::assert_snapshot!(raw(command(), None));
    }

    #[test]
    fn a_diverted_message_does_not_show_its_recipient() {
        let catch = SafetyCatch { address: "catch@test.example".parse().unwrap(), real_domains: vec![] };
        let mut command = command();
        command.attachments.clear();
        command.html.clear();
        let raw = raw(command, Some(&catch));
        assert!(!raw.contains("jo.doe"), "{raw}");
        insta::assert_snapshot!(raw);
    }

    #[test]
    fn every_try_has_the_same_bytes() {
        assert_eq!(raw(command(), None), raw(command(), None));
    }

    #[rstest]
    #[case::quote("a\".pdf")]
    #[case::bidi("report\u{202e}fdp.exe")]
    #[case::long(&"ä".repeat(300))]
    #[case::header_like("x; Bcc: c@d.example")]
    fn hostile_names_stay_within_their_header(#[case] name: &str) {
        let mut command = command();
        command.attachments[0].name = name.into();
        let raw = raw(command, None);
        assert!(raw.is_ascii());
        assert!(raw.lines().all(|line| line.len() <= 998 && !line.starts_with("Bcc")), "{raw}");
    }

    #[test]
    fn long_lines_are_wrapped_for_the_wire() {
        let mut command = command();
        command.text = "word ".repeat(2000);
        command.html = "ß".repeat(5000);
        assert!(raw(command, None).lines().all(|line| line.len() <= 78));
    }
}
