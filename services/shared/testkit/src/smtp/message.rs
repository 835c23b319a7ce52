//! A message as its reader sees it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{Address, MessageParser, MimeHeaders as _};
use serde::{Serialize, Serializer};

/// A message that the sink got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SinkMessage {
    /// The Message-ID, without brackets.
    pub id: String,
    /// The sender's address.
    pub from: String,
    /// The recipients' addresses, with commas between.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// Everything else.
    pub attachments: Vec<SinkAttachment>,
    /// The recipients that the envelope named.
    #[serde(skip)]
    pub envelope_to: Vec<String>,
    /// The message as it came.
    #[serde(skip)]
    pub raw: Vec<u8>,
}

/// A file in a message.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct SinkAttachment {
    /// Its name.
    pub name: String,
    /// Its type, such as `application/pdf`.
    pub content_type: String,
    /// Its content; base64 in JSON.
    #[serde(serialize_with = "as_base64")]
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for SinkAttachment {
    /// Without the content, which would drown a failed test's message.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}, {} bytes)", self.name, self.content_type, self.bytes.len())
    }
}

impl SinkMessage {
    /// Reads a message; what it lacks stays empty.
    pub(crate) fn parse(raw: &[u8], envelope_to: Vec<String>) -> Self {
        let parsed = MessageParser::default().parse(raw).unwrap_or_default();
        let text = |position: Option<_>| position.map(|text: std::borrow::Cow<'_, str>| text.into_owned());
        Self {
            id: parsed.message_id().unwrap_or_default().to_owned(),
            from: addresses(parsed.from()),
            to: addresses(parsed.to()),
            subject: parsed.subject().unwrap_or_default().to_owned(),
            text: text(parsed.body_text(0)).unwrap_or_default(),
            html: text(parsed.body_html(0)).unwrap_or_default(),
            attachments: parsed.attachments().map(attachment).collect(),
            envelope_to,
            raw: raw.to_owned(),
        }
    }
}

fn addresses(field: Option<&Address<'_>>) -> String {
    let list: Vec<_> =
        field.into_iter().flat_map(|field| field.iter()).filter_map(|one| one.address()).collect();
    list.join(", ")
}

fn attachment(part: &mail_parser::MessagePart<'_>) -> SinkAttachment {
    let content_type = part.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")),
    );
    SinkAttachment {
        name: part.attachment_name().unwrap_or("attachment").to_owned(),
        content_type,
        bytes: part.contents().to_vec(),
    }
}

fn as_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}
