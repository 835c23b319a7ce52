//! The SMTP conversation, one verb at a time, so that the boundary between "nothing has left" and "the
//! server may have it" is a type: only [`Accepting`] can deliver, and it is used up by doing so.
//!
//! A conversation that fails costs its connection: the next e-mail gets a clean one.

mod connector;
mod line;

pub use connector::{Connector, ConnectorError, Kept};

use lettre::address::Envelope;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};

use crate::domain::reply::{Cause, Fault, Reply, Verb};
use line::Line;

/// A connection with nothing under way.
pub struct Connection(Line);

/// The server knows sender and recipient.
pub struct Addressed(Line);

/// The server waits for the body.
pub struct Accepting(Line);

impl Connection {
    /// Names the sender and the recipient.
    pub async fn address(mut self, envelope: &Envelope) -> Result<Addressed, Fault> {
        self.0.say(Verb::Mail, Mail::new(envelope.from().cloned(), Vec::new())).await?;
        for recipient in envelope.to() {
            self.0.say(Verb::Rcpt, Rcpt::new(recipient.clone(), Vec::new())).await?;
        }
        Ok(Addressed(self.0))
    }

    /// Whether the server still talks to us.
    async fn is_alive(&mut self) -> bool {
        self.0.say(Verb::Connect, Rset).await.is_ok()
    }
}

impl Addressed {
    /// Asks to hand over the body. Until its bytes are sent the server has nothing.
    pub async fn ask(mut self) -> Result<Accepting, Fault> {
        let reply = self.0.say(Verb::Data, Data).await?;
        if reply.code() == 354 {
            Ok(Accepting(self.0))
        } else {
            // A server that skips the dialogue cannot be trusted with a body.
            Err(Fault { verb: Verb::Data, cause: Cause::Connection })
        }
    }

    /// Takes the envelope back. `None` when the server does not play along.
    pub async fn withdraw(mut self) -> Option<Connection> {
        self.0.say(Verb::Rcpt, Rset).await.ok().map(|_| Connection(self.0))
    }
}

impl Accepting {
    /// Sends the body and waits for the answer behind its last dot.
    pub async fn deliver(mut self, body: &[u8]) -> Result<(Reply, Connection), Fault> {
        let reply = self.0.deliver(body).await?;
        Ok((reply, Connection(self.0)))
    }
}
