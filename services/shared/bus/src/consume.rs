//! The loop of a durable consumer: pull as many messages as there are free slots, give each its effect once, settle.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::Message;
use async_nats::jetstream::consumer::PullConsumer;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use coffer_proto::{MESSAGES, MessageKind};
use coffer_runtime::{CancellationToken, Context};
use coffer_store::SealError;
use coffer_types::EventId;
use futures::FutureExt;
use sqlx::PgPool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{Instrument, Span};

use crate::delivery::{Delivery, Handler, HandlerError};
use crate::envelope::{self, Headers};
use crate::pull::Pull;
use crate::{Bus, BusError, ConsumerSpec, due, inbox, metrics, outbox, settle, trace};

const RECONNECT: Duration = Duration::from_secs(1);

/// A message as it came, from the broker or from the table of due messages.
#[derive(Debug, Clone)]
pub(crate) struct Incoming {
    /// Without namespace.
    pub(crate) subject: String,
    pub(crate) headers: Headers,
    pub(crate) body: Bytes,
}

impl Incoming {
    pub(crate) fn event_id(&self) -> Option<EventId> {
        self.headers.get(envelope::ID)?.parse().ok()
    }

    fn sent(&self) -> Option<DateTime<Utc>> {
        self.headers.get(envelope::TIME)?.parse().ok()
    }
}

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The effect stands, now or since an earlier delivery.
    Done,
    /// Failed for the n-th time; try again.
    Again { attempts: u32, reason: String },
    /// Failed for the n-th time; nobody can handle it.
    Poison { attempts: u32, reason: String },
}

/// A consumer with its handler and database.
pub(crate) struct Worker<H> {
    pub(crate) bus: Bus,
    pub(crate) spec: ConsumerSpec,
    pub(crate) pool: PgPool,
    handler: H,
}

impl<H> Worker<H> {
    /// The span in which a message is handled and settled.
    pub(crate) fn span(&self, incoming: &Incoming) -> Span {
        let (durable, now) = (self.spec.durable, self.bus.clock.now());
        trace::processing(durable, &incoming.subject, &incoming.headers, incoming.sent(), now)
    }
}

impl Bus {
    /// Starts a durable consumer whose effects go into the database of `pool`.
    ///
    /// # Errors
    /// The consumer exists with another definition.
    pub async fn consume<H: Handler>(
        &self,
        spec: ConsumerSpec,
        pool: PgPool,
        handler: H,
        context: &Context,
    ) -> Result<(), BusError> {
        self.declare(&[], &[spec]).await?;
        let worker = Arc::new(Worker { bus: self.clone(), spec, pool, handler });
        let stop = context.shutdown.token();
        context.spawn(spec.durable, pull_until(worker.clone(), stop.clone()));
        context.spawn("due messages", due::handle_until(worker, stop));
        Ok(())
    }
}

async fn pull_until<H: Handler>(worker: Arc<Worker<H>>, stop: CancellationToken) -> anyhow::Result<()> {
    let slots = Arc::new(Semaphore::new(worker.spec.concurrency));
    while !stop.is_cancelled() {
        // A consumer that was deleted is declared again.
        let pulled = match worker.bus.consumer(&worker.spec).await {
            Ok(consumer) => pull(&worker, &consumer, &slots, &stop).await,
            Err(error) => Err(error),
        };
        if let Err(error) = pulled {
            let durable = worker.spec.durable;
            tracing::warn!(durable, error = &error as &dyn std::error::Error, "consumer reconnects");
            stop.run_until_cancelled(tokio::time::sleep(RECONNECT)).await;
        }
    }
    // Every permit back means that every handler has ended.
    let all = u32::try_from(worker.spec.concurrency).unwrap_or(u32::MAX);
    let _ = slots.acquire_many(all).await;
    Ok(())
}

/// Asks for messages, never for more than can be handled at once: others wait at the broker, not here.
async fn pull<H: Handler>(
    worker: &Arc<Worker<H>>,
    consumer: &PullConsumer,
    slots: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Result<(), BusError> {
    loop {
        let Some(Ok(first)) = stop.run_until_cancelled(slots.clone().acquire_owned()).await else {
            return Ok(());
        };
        let mut permits = vec![first];
        while let Ok(permit) = slots.clone().try_acquire_owned() {
            permits.push(permit);
        }
        let mut pull = Pull::request(&worker.bus, consumer, permits.len()).await?;
        let pulled = stop.run_until_cancelled(start_all(worker, &mut pull, permits)).await;
        pull.give_back().await;
        pulled.unwrap_or(Ok(()))?;
    }
}

/// Starts a handler for each message that comes.
async fn start_all<H: Handler>(
    worker: &Arc<Worker<H>>,
    pull: &mut Pull<'_>,
    permits: Vec<OwnedSemaphorePermit>,
) -> Result<(), BusError> {
    for permit in permits {
        let Some(message) = pull.next().await? else { break };
        start(worker, message, permit);
    }
    Ok(())
}

fn start<H: Handler>(worker: &Arc<Worker<H>>, message: Message, permit: OwnedSemaphorePermit) {
    let worker = worker.clone();
    let incoming = Incoming {
        subject: worker.bus.namespace.strip(&message.subject).to_owned(),
        headers: envelope::from_nats(message.headers.as_ref()),
        body: message.payload.clone(),
    };
    if message.info().is_ok_and(|info| info.delivered > 1) {
        metrics::redelivered(worker.spec.durable);
    }
    let span = worker.span(&incoming);
    let work = async move {
        let verdict = settle::with_progress(&worker, &message, process(&worker, &incoming)).await;
        settle::on_broker(&worker, &message, &incoming, verdict).await;
        drop(permit);
    };
    tokio::spawn(work.instrument(span));
}

/// Gives one message its effect; runs in its span.
pub(crate) async fn process<H: Handler>(worker: &Worker<H>, incoming: &Incoming) -> Verdict {
    let verdict = match handle(worker, incoming).await {
        Ok(()) => Verdict::Done,
        Err(error) => failed(worker, incoming, error).await,
    };
    let outcome = match &verdict {
        Verdict::Done => "done",
        Verdict::Again { .. } => "again",
        Verdict::Poison { .. } => "poison",
    };
    if verdict != Verdict::Done {
        Span::current().record("error.type", outcome);
    }
    metrics::consumed(worker.spec.durable, outcome);
    verdict
}

/// Counts the failure and says what it means.
async fn failed<H>(worker: &Worker<H>, incoming: &Incoming, error: HandlerError) -> Verdict {
    let durable = worker.spec.durable;
    tracing::warn!(durable, error = &error as &dyn std::error::Error, "message not handled");
    let (reason, poison) = match error {
        HandlerError::Poison(reason) => (reason, true),
        HandlerError::Retry(error) => (error.to_string(), false),
    };
    let Some(id) = incoming.event_id() else { return Verdict::Poison { attempts: 1, reason } };
    let counted = inbox::count_failure(&worker.pool, durable, id, &reason, worker.bus.clock.now()).await;
    // Without the database nothing can be counted; the broker's own backstop counts then.
    let attempts = counted.unwrap_or(1);
    if poison { Verdict::Poison { attempts, reason } } else { Verdict::Again { attempts, reason } }
}

async fn handle<H: Handler>(worker: &Worker<H>, incoming: &Incoming) -> Result<(), HandlerError> {
    let mut delivery = open(worker, incoming)?;
    let mut tx = worker.pool.begin().await?;
    let claimed =
        inbox::claim(&mut tx, worker.spec.durable, delivery.event_id, worker.bus.clock.now()).await?;
    let Some(failures) = claimed else {
        return Ok(()); // the effect stands already
    };
    delivery.attempt = failures + 1;
    let handled = AssertUnwindSafe(worker.handler.handle(&mut tx, &delivery)).catch_unwind().await;
    handled.unwrap_or_else(|_| Err(HandlerError::retry("the handler panicked")))?;
    tx.commit().await?;
    worker.bus.rows.notify_one();
    worker.handler.committed(&delivery);
    Ok(())
}

/// Reads the envelope and opens the body.
fn open<H>(worker: &Worker<H>, incoming: &Incoming) -> Result<Delivery, HandlerError> {
    let header = |name: &str| {
        incoming
            .headers
            .get(name)
            .cloned()
            .ok_or_else(|| HandlerError::poison(format!("header {name} is missing")))
    };
    let event_id = incoming.event_id().ok_or_else(|| HandlerError::poison("ce-id is not a UUID"))?;
    let at = incoming.sent().ok_or_else(|| HandlerError::poison("ce-time is not a moment"))?;
    let type_name = header(envelope::TYPE)?;
    let body = body(worker, incoming, &type_name, event_id)?;
    let (source, aggregate_id) = (header(envelope::SOURCE)?, header(envelope::SUBJECT)?);
    Ok(Delivery { event_id, source, type_name, aggregate_id, at, attempt: 1, body })
}

/// The body in clear. A command that is not sealed comes from somebody without the key.
fn body<H>(
    worker: &Worker<H>,
    incoming: &Incoming,
    type_name: &str,
    id: EventId,
) -> Result<Bytes, HandlerError> {
    if incoming.headers.contains_key(envelope::SEALED) {
        return outbox::open(&worker.bus.keyring, type_name, id, &incoming.body).map_err(
            |error| match error {
                SealError::UnknownKey => HandlerError::retry(error), // a new key reaches one service before the other
                _ => HandlerError::poison(error.to_string()),
            },
        );
    }
    let command = MESSAGES.iter().any(|m| m.type_name == type_name && m.kind == MessageKind::Command);
    if command { Err(HandlerError::poison("the command is not sealed")) } else { Ok(incoming.body.clone()) }
}
