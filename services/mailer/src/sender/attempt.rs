//! One try, from the connection to the server's last word.
//!
//! Order: envelope, live guard, DATA, the server's 354, commit of "handing over", body. The commit stands
//! behind the 354, since until then every fault is harmless and can be tried again; it stands before the
//! body, since afterwards only the server's answer tells. See ADR 0004.

use std::time::Duration;

use lettre::message::Message;

use super::Sender;
use super::guard::Permission;
use crate::domain::message::{Parts, compose};
use crate::domain::reply::{Cause, Fault, Verb};
use crate::domain::safety_catch::{Destination, destination};
use crate::domain::verdict::Conclusion;
use crate::smtp::{Accepting, Kept};
use crate::store::{Claim, StoreError};

/// An e-mail ready for the wire.
struct Prepared {
    message: Message,
    to: Destination,
}

/// Why a try ends before its body was sent.
enum Halt {
    Concluded(Conclusion),
    Store(StoreError),
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Concluded(Conclusion::Failed(fault))
    }
}

impl From<StoreError> for Halt {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Sender {
    /// Tries to send a claimed e-mail. An error means that the store, or the lease, was lost before the body
    /// left; then there is nothing to record.
    pub(super) async fn attempt(&self, claim: &Claim, kept: &mut Kept) -> Result<Conclusion, StoreError> {
        match self.converse(claim, kept).await {
            Ok(conclusion) | Err(Halt::Concluded(conclusion)) => Ok(conclusion),
            Err(Halt::Store(error)) => Err(error),
        }
    }

    async fn converse(&self, claim: &Claim, kept: &mut Kept) -> Result<Conclusion, Halt> {
        let prepared = self.prepare(claim)?;
        let accepting = self.within_lease(Box::pin(self.reach(claim, &prepared, kept))).await?;
        let message_id = self.house.message_id(claim.origin.id);
        let diverted_to = prepared.to.diverted.then(|| prepared.to.address.as_str());
        self.emails.hand_over(claim, self.hand_over_lease, &message_id, diverted_to).await?;
        let (reply, connection) = accepting.deliver(&prepared.message.formatted()).await?;
        kept.keep(connection);
        Ok(Conclusion::Delivered(reply))
    }

    fn prepare(&self, claim: &Claim) -> Result<Prepared, Halt> {
        if claim.not_after.is_some_and(|last| last < self.clock.now()) {
            return Err(Halt::Concluded(Conclusion::TooLate));
        }
        let (envelope, content) = self.emails.open(claim).map_err(unsendable)?;
        let to = destination(self.catch.as_ref(), &envelope.recipient);
        let parts = Parts {
            id: claim.origin.id,
            accepted_at: claim.accepted_at,
            envelope: &envelope,
            content: &content,
        };
        let message = compose(&self.house, parts, &to).map_err(unsendable)?;
        Ok(Prepared { message, to })
    }

    /// Brings the server to the point where it waits for the body.
    async fn reach(&self, claim: &Claim, prepared: &Prepared, kept: &mut Kept) -> Result<Accepting, Halt> {
        let connection = self.connector.resume(kept).await?;
        let addressed = connection.address(prepared.message.envelope()).await?;
        let conclusion = match self.guard.permission(&claim.origin).await {
            Permission::Granted => return Ok(addressed.ask().await?),
            Permission::Denied(reason) => Conclusion::NotPermitted(reason),
            Permission::Unknown => Conclusion::GuardSilent,
        };
        if let Some(connection) = addressed.withdraw().await {
            kept.keep(connection);
        }
        Err(Halt::Concluded(conclusion))
    }

    /// A server that keeps us waiting must not outlast the lease: that would be a try without a record.
    async fn within_lease<T>(&self, step: impl Future<Output = Result<T, Halt>>) -> Result<T, Halt> {
        let limit = self.lease.to_std().unwrap_or(Duration::ZERO).mul_f64(0.8);
        tokio::time::timeout(limit, step)
            .await
            .unwrap_or_else(|_| Err(Fault { verb: Verb::Data, cause: Cause::TimedOut }.into()))
    }
}

/// Nothing would change by trying again: a person must look.
fn unsendable(error: impl std::fmt::Display) -> Halt {
    tracing::error!(%error, "an e-mail cannot be sent");
    Halt::Concluded(Conclusion::Unsendable)
}
