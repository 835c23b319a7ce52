//! A prefix on all names, so that tests and sites can share one broker without seeing each other.

use std::sync::Arc;

use coffer_proto::Stream;

use crate::BusError;

/// The prefix; empty in production.
#[derive(Debug, Clone)]
pub(crate) struct Namespace(Arc<str>);

impl Namespace {
    /// Checks a prefix: lower-case letters and digits.
    pub(crate) fn new(text: &str) -> Result<Self, BusError> {
        if text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
            Ok(Self(text.into()))
        } else {
            Err(BusError::Settings("namespace may hold lower-case letters and digits only".to_owned()))
        }
    }

    /// A subject on the broker.
    pub(crate) fn subject(&self, subject: &str) -> String {
        if self.0.is_empty() { subject.to_owned() } else { format!("{}.{subject}", self.0) }
    }

    /// A subject of the broker without the prefix.
    pub(crate) fn strip<'a>(&self, subject: &'a str) -> &'a str {
        subject.strip_prefix(&*self.0).map_or(subject, |rest| rest.trim_start_matches('.'))
    }

    /// The name of a stream on the broker.
    pub(crate) fn stream(&self, stream: Stream) -> String {
        self.name(stream.name())
    }

    /// The name of a bucket on the broker; its stream is `OBJ_` and this.
    pub(crate) fn bucket(&self, bucket: &str) -> String {
        self.name(bucket)
    }

    fn name(&self, name: &str) -> String {
        if self.0.is_empty() { name.to_owned() } else { format!("{}_{name}", self.0.to_ascii_uppercase()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_the_prefix_and_lose_it_again() {
        let test = Namespace::new("t3f9").unwrap();
        assert_eq!(test.subject("coffer.evt.x"), "t3f9.coffer.evt.x");
        assert_eq!(test.strip("t3f9.coffer.evt.x"), "coffer.evt.x");
        assert_eq!(test.stream(Stream::EvtConsent), "T3F9_EVT_CONSENT");
        let none = Namespace::new("").unwrap();
        assert_eq!(none.strip(&none.subject("coffer.evt.x")), "coffer.evt.x");
        assert_eq!(none.stream(Stream::CmdMail), "CMD_MAIL");
        assert!(Namespace::new("a.b").is_err());
    }
}
