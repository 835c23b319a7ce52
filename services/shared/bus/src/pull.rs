//! One request for messages: the broker sends up to so many, and a sign of life while there are none.
//!
//! The client's own `Batch` cannot be used with signs of life: in 0.51 it forgets its waker at the first one, and
//! messages after a quiet time would lie until the request expires.

use std::time::Duration;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::consumer::pull::BatchConfig;
use async_nats::{StatusCode, Subscriber};
use futures::StreamExt;
use tokio::sync::watch;

use crate::{Bus, BusError, metrics, settle};

const EXPIRES: Duration = Duration::from_secs(30);
const HEARTBEAT: Duration = Duration::from_secs(5);
/// Two signs of life missed: the broker no longer knows of the request.
const SILENCE: Duration = Duration::from_secs(10);
const GIVE_BACK: Duration = Duration::from_secs(1);

/// A request that the broker is answering.
pub(crate) struct Pull<'a> {
    bus: &'a Bus,
    messages: Subscriber,
    /// Messages that may still come.
    left: usize,
    connections: watch::Receiver<u64>,
}

impl<'a> Pull<'a> {
    /// Asks for up to `count` messages.
    pub(crate) async fn request(
        bus: &'a Bus,
        consumer: &PullConsumer,
        count: usize,
    ) -> Result<Self, BusError> {
        let mut connections = bus.connections.clone();
        connections.mark_unchanged();
        let inbox = bus.client.new_inbox();
        let messages = bus.client.subscribe(inbox.clone()).await.map_err(BusError::broker)?;
        let batch = BatchConfig {
            batch: count,
            expires: Some(EXPIRES),
            idle_heartbeat: HEARTBEAT,
            ..BatchConfig::default()
        };
        consumer.request_batch(batch, inbox.into()).await.map_err(BusError::broker)?;
        Ok(Self { bus, messages, left: count, connections })
    }

    /// The next message, or `None` when it is time for another request.
    pub(crate) async fn next(&mut self) -> Result<Option<Message>, BusError> {
        while self.left > 0 {
            let next = tokio::select! {
                next = tokio::time::timeout(SILENCE, self.messages.next()) => next,
                // The broker forgets the requests of a connection that is lost.
                _ = self.connections.changed() => return Ok(None),
            };
            let Ok(next) = next else {
                metrics::connection_event("missing_heartbeat");
                return Ok(None);
            };
            let Some(message) = next else { return Ok(None) };
            match message.status {
                None | Some(StatusCode::OK) => {
                    self.left -= 1;
                    return Ok(Some(Message { message, context: self.bus.jetstream.clone() }));
                }
                Some(StatusCode::IDLE_HEARTBEAT) => {}
                Some(StatusCode::TIMEOUT | StatusCode::NOT_FOUND) => self.left = 0,
                Some(status) => {
                    self.left = 0;
                    let description = message.description.unwrap_or_default();
                    return Err(BusError::broker(format!("{status} {description}")));
                }
            }
        }
        Ok(None)
    }

    /// Ends the request. Messages that were under way go to another replica at once.
    pub(crate) async fn give_back(mut self) {
        if self.left == 0 || self.messages.drain().await.is_err() {
            return;
        }
        let given_back = async {
            while let Some(message) = self.messages.next().await {
                if message.reply.is_some() {
                    let message = Message { message, context: self.bus.jetstream.clone() };
                    settle::negative(self.bus, &message, Duration::ZERO).await;
                }
            }
        };
        // Without a connection nobody ends the subscription; the messages come again after `ack_wait`.
        let _ = tokio::time::timeout(GIVE_BACK, given_back).await;
    }
}
