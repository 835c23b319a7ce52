//! The live guard: right before handing over, the service that asked for an e-mail says whether it may still
//! go out.

use coffer_bus::{AskError, Bus};
use coffer_proto::mailer::v1::{MailPermission, MailPermitted};

use crate::domain::email::{Origin, Sender};

/// Asks the senders.
#[derive(Clone)]
pub struct Guard(Bus);

/// What a sender says about its e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Permission {
    /// It may go out.
    Granted,
    /// It must not, for this reason.
    Denied(String),
    /// No answer: not yet.
    Unknown,
}

impl Guard {
    /// A guard that asks over the bus.
    pub const fn new(bus: Bus) -> Self {
        Self(bus)
    }

    pub(super) async fn permission(&self, origin: &Origin) -> Permission {
        let question = MailPermitted {
            email_id: origin.id.to_string(),
            kind: origin.kind.clone(),
            reference: origin.reference.clone(),
        };
        // Each sender answers on its own subject; a new sender is a new line here.
        let answer = match origin.sender {
            Sender::Consent => self.0.ask(&question).await,
        };
        match answer {
            Ok(MailPermission { permitted: true, .. }) => Permission::Granted,
            Ok(MailPermission { reason, .. }) if reason.is_empty() => {
                Permission::Denied("not_permitted".to_owned())
            }
            Ok(MailPermission { reason, .. }) => Permission::Denied(reason),
            Err(AskError::Unavailable) => Permission::Unknown,
            Err(error) => {
                tracing::error!(%error, sender = origin.sender.as_str(), "the live guard failed");
                Permission::Unknown
            }
        }
    }
}
