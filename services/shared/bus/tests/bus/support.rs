//! A service on real servers, as small as can be: one database, one namespace, one handler that writes rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_nats::jetstream::message::StreamMessage;
use coffer_bus::{Bus, BusError, BusSettings, ConsumerSpec, Delivery, Handler, HandlerError};
use coffer_proto::consent::v1::ContactRequestSubmitted;
use coffer_proto::{BusMessage, Stream};
use coffer_runtime::Context;
use coffer_store::DatabaseSettings;
use coffer_testkit::{TestBroker, TestDatabase};
use coffer_types::{Clock, EventId, SystemClock};
use sqlx::migrate::Migrator;
use sqlx::{PgConnection, PgPool};

pub(crate) const SPEC: ConsumerSpec = ConsumerSpec {
    durable: "test-effects",
    stream: Stream::EvtConsent,
    filters: &["coffer.evt.consent.contact-request.submitted.v1.>"],
    concurrency: 4,
    ack_wait: Duration::from_secs(5),
};

pub(crate) struct Harness {
    pub(crate) bus: Bus,
    pub(crate) pool: PgPool,
    pub(crate) context: Context,
    pub(crate) broker: TestBroker,
    _database: TestDatabase,
}

impl Harness {
    pub(crate) async fn start() -> Self {
        Self::with(BusSettings { retry_seconds: vec![1, 1], ..BusSettings::default() }).await
    }

    pub(crate) async fn with(settings: BusSettings) -> Self {
        let broker = coffer_testkit::broker();
        let settings = BusSettings { url: broker.url.clone(), ..settings };
        Self::on(broker, settings).await
    }

    /// With the URL of `settings`, which leads to `broker` in some way.
    pub(crate) async fn on(broker: TestBroker, settings: BusSettings) -> Self {
        let database = coffer_testkit::database().await;
        let context = Context::for_test(Arc::new(SystemClock));
        let settings = BusSettings { namespace: broker.namespace.clone(), ..settings };
        let bus = Bus::connect(&settings, "consent", &context).await.unwrap();
        let url = database.url.as_str().into();
        let pool = coffer_store::connect(&DatabaseSettings { url, ..DatabaseSettings::default() }, "test")
            .await
            .unwrap();
        coffer_store::migrate(&pool, &Migrator::DEFAULT).await.unwrap();
        sqlx::query("CREATE TABLE effects (request text NOT NULL)").execute(&pool).await.unwrap();
        bus.declare(&Stream::ALL, &[]).await.unwrap();
        Self { bus, pool, context, broker, _database: database }
    }

    /// The next process of the same service, with a clock of its own.
    pub(crate) async fn next_process(&self, clock: Arc<dyn Clock>) -> (Bus, Context) {
        let context = Context::for_test(clock);
        let settings = BusSettings {
            url: self.broker.url.clone(),
            namespace: self.broker.namespace.clone(),
            ..BusSettings::default()
        };
        let bus = Bus::connect(&settings, "consent", &context).await.unwrap();
        (bus, context)
    }

    /// Publishes one fact in a transaction of its own.
    pub(crate) async fn publish(&self, request: &str) {
        self.publish_together(&[request]).await;
    }

    /// Publishes facts in one transaction.
    pub(crate) async fn publish_together(&self, requests: &[&str]) {
        let mut tx = self.pool.begin().await.unwrap();
        for request in requests {
            self.bus.outbox().enqueue(&mut tx, &submitted(request)).await.unwrap();
        }
        tx.commit().await.unwrap();
        self.bus.outbox().wake();
    }

    /// Writes a message in a transaction of its own, and wakes the relay.
    pub(crate) async fn enqueue<M: BusMessage>(&self, message: &M) -> Result<EventId, BusError> {
        let mut tx = self.pool.begin().await.unwrap();
        let id = self.bus.outbox().enqueue(&mut tx, message).await?;
        tx.commit().await.unwrap();
        self.bus.outbox().wake();
        Ok(id)
    }

    pub(crate) async fn consume(&self, handler: impl Handler) {
        self.bus.consume(SPEC, self.pool.clone(), handler, &self.context).await.unwrap();
    }

    pub(crate) async fn effects(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT request FROM effects ORDER BY request")
            .fetch_all(&self.pool)
            .await
            .unwrap()
    }

    /// Waits until the effects are as expected, and a little longer, to see that none comes on top.
    pub(crate) async fn expect_effects(&self, expected: &[&str]) {
        for _ in 0..150 {
            if self.effects().await.len() >= expected.len() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(self.effects().await, expected);
    }

    /// A connection of somebody who is not the bus.
    pub(crate) async fn stranger(&self) -> async_nats::jetstream::Context {
        async_nats::jetstream::new(async_nats::connect(&self.broker.url).await.unwrap())
    }

    /// The name of a stream on the broker.
    pub(crate) fn name(&self, stream: Stream) -> String {
        format!("{}_{}", self.broker.namespace.to_uppercase(), stream.name())
    }

    /// The messages that a stream holds.
    pub(crate) async fn stored(&self, stream: Stream) -> Vec<StreamMessage> {
        let stream = self.stranger().await.get_stream(self.name(stream)).await.unwrap();
        let mut messages = Vec::new();
        for sequence in 1..=stream.cached_info().state.last_sequence {
            messages.push(stream.get_raw_message(sequence).await.unwrap());
        }
        messages
    }

    /// As [`Self::stored`], as soon as there are so many.
    pub(crate) async fn expect_stored(&self, stream: Stream, count: usize) -> Vec<StreamMessage> {
        for _ in 0..150 {
            let stored = self.stored(stream).await;
            if stored.len() >= count {
                return stored;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{} does not hold {count} messages", stream.name());
    }
}

pub(crate) fn submitted(request: &str) -> ContactRequestSubmitted {
    ContactRequestSubmitted { contact_request_id: request.to_owned(), ..Default::default() }
}

/// Writes a row per message; fails as told before.
#[derive(Default)]
pub(crate) struct Rows {
    pub(crate) failures: AtomicU32,
    pub(crate) calls: Arc<AtomicU32>,
}

impl Handler for Rows {
    async fn handle(&self, tx: &mut PgConnection, delivery: &Delivery) -> Result<(), HandlerError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let fact = delivery.decode::<ContactRequestSubmitted>()?.unwrap();
        assert_eq!(delivery.type_name, ContactRequestSubmitted::TYPE);
        sqlx::query("INSERT INTO effects VALUES ($1)").bind(&fact.contact_request_id).execute(tx).await?;
        match fact.contact_request_id.as_str() {
            "poison" => Err(HandlerError::poison("nobody can handle this")),
            "panic" => panic!("a bug"),
            _ if self
                .failures
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                .is_ok() =>
            {
                Err(HandlerError::retry("something is down"))
            }
            _ => Ok(()),
        }
    }
}
