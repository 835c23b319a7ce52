//! One SMTP connection with a time limit on every answer.

use std::error::Error as _;
use std::fmt::Display;
use std::time::Duration;

use lettre::transport::smtp;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::response::Response;

use crate::domain::reply::{Cause, Fault, Reply, Verb};

/// How long the server may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// For the answer to a command.
    pub(super) command: Duration,
    /// For the body and the answer behind its last dot.
    pub(super) body: Duration,
}

pub(super) struct Line {
    connection: AsyncSmtpConnection,
    limits: Limits,
}

impl Line {
    pub(super) fn new(connection: AsyncSmtpConnection, limits: Limits) -> Self {
        Self { connection, limits }
    }

    pub(super) async fn say(&mut self, verb: Verb, command: impl Display) -> Result<Reply, Fault> {
        let answer = self.connection.command(command);
        within(self.limits.command, verb, answer).await.map(|response| reply(&response))
    }

    pub(super) async fn deliver(&mut self, body: &[u8]) -> Result<Reply, Fault> {
        let answer = self.connection.message(body);
        within(self.limits.body, Verb::Body, answer).await.map(|response| reply(&response))
    }
}

/// Waits for a step of the conversation, but not for ever.
pub(super) async fn within<T>(
    limit: Duration,
    verb: Verb,
    step: impl Future<Output = Result<T, smtp::Error>>,
) -> Result<T, Fault> {
    match tokio::time::timeout(limit, step).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(fault(verb, &error)),
        Err(_) => Err(Fault { verb, cause: Cause::TimedOut }),
    }
}

fn reply(response: &Response) -> Reply {
    Reply::new(response.code().into(), &response.message().collect::<Vec<_>>().join(" "))
}

/// Only a reply of the server is kept with its text; our own errors might quote the message.
fn fault(verb: Verb, error: &smtp::Error) -> Fault {
    let cause = match error.status() {
        Some(code) => {
            let text = error.source().map(ToString::to_string).unwrap_or_default();
            Cause::Reply(Reply::new(code.into(), &text))
        }
        None if error.is_timeout() => Cause::TimedOut,
        None => Cause::Connection,
    };
    Fault { verb, cause }
}
