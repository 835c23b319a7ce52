//! The consumer of commands to send.

use std::sync::Arc;
use std::time::Duration;

use coffer_bus::{ConsumerSpec, Delivery, Handler, HandlerError};
use coffer_proto::Stream;
use coffer_proto::mailer::v1::SendEmail;
use coffer_runtime::telemetry::current_traceparent;
use sqlx::PgConnection;
use tokio::sync::Notify;

use crate::domain::email::Email;
use crate::store::Emails;

/// The durable consumer.
pub const CONSUMER: ConsumerSpec = ConsumerSpec {
    durable: "mailer-send",
    stream: Stream::CmdMail,
    filters: &["coffer.cmd.mailer.send.v1.>"],
    concurrency: 8,
    ack_wait: Duration::from_secs(30),
};

/// Stores each command as an e-mail, and wakes a worker when it is committed.
pub struct AcceptCommands {
    emails: Emails,
    wake: Arc<Notify>,
}

impl AcceptCommands {
    /// Wakes workers through `wake`.
    pub const fn new(emails: Emails, wake: Arc<Notify>) -> Self {
        Self { emails, wake }
    }
}

impl Handler for AcceptCommands {
    async fn handle(&self, tx: &mut PgConnection, delivery: &Delivery) -> Result<(), HandlerError> {
        let Some(command) = delivery.decode::<SendEmail>()? else { return Ok(()) };
        let email = Email::try_from(command).map_err(|error| HandlerError::poison(error.to_string()))?;
        let traceparent = current_traceparent();
        self.emails.accept(tx, &email, traceparent.as_deref()).await.map_err(HandlerError::retry)
    }

    fn committed(&self, _delivery: &Delivery) {
        self.wake.notify_one();
    }
}
