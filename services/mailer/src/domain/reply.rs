//! What a server's reply, or its silence, means for an e-mail at each step of the conversation.

use std::fmt;

/// A step of the SMTP conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Connection, TLS on connect, greeting and EHLO.
    Connect,
    /// Upgrade to TLS.
    Starttls,
    /// Sign-in.
    Auth,
    /// The envelope's sender.
    Mail,
    /// The envelope's recipient.
    Rcpt,
    /// Asking to hand over the body.
    Data,
    /// The body up to the answer behind its last dot.
    Body,
}

impl Verb {
    /// The name in logs and attempts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "CONNECT",
            Self::Starttls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Body => "BODY",
        }
    }

    /// Whether a reply speaks of the connection or our account, not of this e-mail.
    const fn is_about_the_session(self) -> bool {
        matches!(self, Self::Connect | Self::Starttls | Self::Auth)
    }
}

/// A server's reply. The text is cleaned: no addresses, no control characters, not long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    code: u16,
    text: String,
}

/// The longest reply text that we keep.
const REPLY_TEXT_LIMIT: usize = 300;

impl Reply {
    /// A reply whose text becomes safe to keep and show: servers love to repeat the recipient.
    pub fn new(code: u16, text: &str) -> Self {
        let words: Vec<&str> = text
            .split(|c: char| c.is_whitespace() || c.is_control())
            .filter(|word| !word.is_empty())
            .map(|word| if word.contains('@') { "(address)" } else { word })
            .collect();
        Self { code, text: words.join(" ").chars().take(REPLY_TEXT_LIMIT).collect() }
    }

    /// The three digits.
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// The class of the reply for metrics, such as `4xx`.
    pub const fn class(&self) -> &'static str {
        match self.code / 100 {
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        }
    }

    /// Worth another try: the server says "later" (4xx), or the mailbox is full (552 beside 452).
    const fn is_soft(&self) -> bool {
        self.code < 500 || self.code == 552
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.is_empty() {
            write!(f, "{}", self.code)
        } else {
            write!(f, "{} {}", self.code, self.text)
        }
    }
}

/// Why a conversation ended without delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The step at which it ended.
    pub verb: Verb,
    /// What happened.
    pub cause: Cause,
}

/// What ended a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The server declined.
    Reply(Reply),
    /// The connection failed, broke, or spoke something other than SMTP.
    Connection,
    /// No answer in time.
    TimedOut,
}

/// What follows from a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// Nothing was delivered: try again later.
    Retry,
    /// The server will not take this e-mail.
    Refuse,
    /// The body was on its way and no answer came: nobody knows.
    Doubt,
}

impl Fault {
    /// What follows from it. A 5xx before the envelope speaks of our connection or account (blocked, wrong
    /// password), so it must not kill every waiting e-mail: it is tried again.
    pub const fn consequence(&self) -> Consequence {
        match &self.cause {
            Cause::Reply(reply) if reply.is_soft() || self.verb.is_about_the_session() => Consequence::Retry,
            Cause::Reply(_) => Consequence::Refuse,
            Cause::Connection | Cause::TimedOut if matches!(self.verb, Verb::Body) => Consequence::Doubt,
            Cause::Connection | Cause::TimedOut => Consequence::Retry,
        }
    }

    /// A word for facts and lists, such as `smtp_451`.
    pub fn reason(&self) -> String {
        match &self.cause {
            Cause::Reply(reply) => format!("smtp_{}", reply.code()),
            Cause::Connection => "connection_failed".to_owned(),
            Cause::TimedOut => "timed_out".to_owned(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = self.verb.as_str();
        match &self.cause {
            Cause::Reply(reply) => write!(f, "{verb}: {reply}"),
            Cause::Connection => write!(f, "{verb}: connection failed"),
            Cause::TimedOut => write!(f, "{verb}: no answer in time"),
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    fn replies_before_the_envelope_are_never_the_fault_of_the_mail(
        #[values(Verb::Connect, Verb::Starttls, Verb::Auth)] verb: Verb,
        #[values(421, 450, 451, 452, 550, 552, 553, 554)] code: u16,
    ) {
        assert_eq!(
            Fault { verb, cause: Cause::Reply(Reply::new(code, "")) }.consequence(),
            Consequence::Retry
        );
    }

    #[rstest]
    fn from_the_envelope_on_the_class_decides_and_quota_is_soft(
        #[values(Verb::Mail, Verb::Rcpt, Verb::Data, Verb::Body)] verb: Verb,
        #[values(
            (421, Consequence::Retry),
            (450, Consequence::Retry),
            (451, Consequence::Retry),
            (452, Consequence::Retry),
            (550, Consequence::Refuse),
            (552, Consequence::Retry),
            (553, Consequence::Refuse),
            (554, Consequence::Refuse)
        )]
        (code, expected): (u16, Consequence),
    ) {
        let fault = Fault { verb, cause: Cause::Reply(Reply::new(code, "")) };
        assert_eq!(fault.consequence(), expected, "{fault}");
    }

    #[rstest]
    fn silence_is_harmless_before_the_body_and_doubtful_in_it(
        #[values(Cause::Connection, Cause::TimedOut)] cause: Cause,
        #[values(Verb::Connect, Verb::Starttls, Verb::Auth, Verb::Mail, Verb::Rcpt, Verb::Data, Verb::Body)]
        verb: Verb,
    ) {
        let expected = if verb == Verb::Body { Consequence::Doubt } else { Consequence::Retry };
        assert_eq!(Fault { verb, cause }.consequence(), expected);
    }

    #[test]
    fn a_reply_loses_addresses_and_line_ends() {
        let reply = Reply::new(550, "5.1.1 <jo.doe@nhs.example>: no such\r\nuser, jo.doe@nhs.example");
        assert_eq!(reply.to_string(), "550 5.1.1 (address) no such user, (address)");
        assert_eq!(Reply::new(450, &"x".repeat(1000)).to_string().len(), 304);
    }
}
