//! What the broker is told about a handled message.

use std::future::Future;
use std::time::Duration;

use async_nats::jetstream::{AckKind, Message};
use bytes::Bytes;

use crate::consume::{Incoming, Verdict, Worker};
use crate::due;
use crate::inbox;
use crate::park::{one_line, park};
use crate::{Bus, BusError};

/// A message that waits at the broker fills a place among the unacknowledged ones, so long waits go to the database.
const LONGEST_WAIT_AT_BROKER: Duration = Duration::from_mins(2);
const ACK_TIMEOUT: Duration = Duration::from_secs(2);

/// Settles a message that came from the broker. Whatever fails here leads to one more delivery.
pub(crate) async fn on_broker<H>(
    worker: &Worker<H>,
    message: &Message,
    incoming: &Incoming,
    verdict: Verdict,
) {
    let settled = match verdict {
        Verdict::Done => acknowledge(&worker.bus, message).await,
        Verdict::Poison { attempts, reason } => {
            park_and_end(worker, message, incoming, &reason, attempts).await
        }
        Verdict::Again { attempts, reason } => match delay(&worker.bus, attempts) {
            None => park_and_end(worker, message, incoming, &reason, attempts).await,
            Some(wait) if wait <= LONGEST_WAIT_AT_BROKER => {
                negative(&worker.bus, message, wait).await;
                Ok(())
            }
            Some(wait) => put_off(worker, message, incoming, wait).await,
        },
    };
    if let Err(error) = settled {
        let durable = worker.spec.durable;
        tracing::warn!(
            durable,
            error = &error as &dyn std::error::Error,
            "message not settled, it will come again"
        );
    }
}

/// How long to wait after the n-th failure; `None`: long enough, park it.
pub(crate) fn delay(bus: &Bus, attempts: u32) -> Option<Duration> {
    let index = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    bus.retry.get(index).copied()
}

/// Parks a message and remembers it as parked.
pub(crate) async fn park_for_good<H>(
    worker: &Worker<H>,
    incoming: &Incoming,
    reason: &str,
    attempts: u32,
) -> Result<(), BusError> {
    let (bus, durable) = (&worker.bus, worker.spec.durable);
    park(bus, &worker.spec, incoming, reason, attempts).await?;
    if let Some(id) = incoming.event_id() {
        inbox::mark_parked(&worker.pool, durable, id, reason, bus.clock.now()).await?;
    }
    tracing::error!(durable, reason, attempts, "message parked");
    crate::metrics::parked(durable);
    Ok(())
}

async fn park_and_end<H>(
    worker: &Worker<H>,
    message: &Message,
    incoming: &Incoming,
    reason: &str,
    attempts: u32,
) -> Result<(), BusError> {
    park_for_good(worker, incoming, reason, attempts).await?;
    let Some(reply) = message.reply.clone() else { return Ok(()) };
    // Unlike the client's own TERM this one carries the reason into the advisory.
    let term = Bytes::from(format!("+TERM {}", one_line(reason)));
    worker.bus.client.publish(reply, term).await.map_err(BusError::broker)
}

async fn put_off<H>(
    worker: &Worker<H>,
    message: &Message,
    incoming: &Incoming,
    wait: Duration,
) -> Result<(), BusError> {
    due::put_off(worker, incoming, wait).await?;
    acknowledge(&worker.bus, message).await
}

/// Acknowledges and waits for the broker's word. The client's `double_ack` would take a refusal for a success.
async fn acknowledge(bus: &Bus, message: &Message) -> Result<(), BusError> {
    let Some(reply) = message.reply.clone() else { return Ok(()) };
    let answer = bus.client.request(reply, Bytes::from_static(b"+ACK"));
    match tokio::time::timeout(ACK_TIMEOUT, answer).await {
        Ok(answer) => answer.map(drop).map_err(BusError::broker),
        Err(elapsed) => Err(BusError::broker(elapsed)),
    }
}

/// Gives a message back for a later delivery. A NAK that is lost only costs the waiting time.
pub(crate) async fn negative(bus: &Bus, message: &Message, wait: Duration) {
    let Some(reply) = message.reply.clone() else { return };
    let _ = bus.client.publish(reply, AckKind::Nak(Some(wait)).into()).await;
}

/// Tells the broker from time to time that the work goes on.
pub(crate) async fn with_progress<H, T>(
    worker: &Worker<H>,
    message: &Message,
    work: impl Future<Output = T>,
) -> T {
    let mut work = std::pin::pin!(work);
    let mut sign = tokio::time::interval(worker.spec.ack_wait / 3);
    sign.reset();
    loop {
        tokio::select! {
            outcome = &mut work => return outcome,
            _ = sign.tick() => {
                if let Some(reply) = message.reply.clone() {
                    let _ = worker.bus.client.publish(reply, AckKind::Progress.into()).await;
                }
            }
        }
    }
}
