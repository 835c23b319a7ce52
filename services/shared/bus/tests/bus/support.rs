//! A service on real servers, as small as can be: one database, one namespace, one handler that writes rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use coffer_bus::{Bus, BusSettings, ConsumerSpec, Delivery, Handler, HandlerError};
use coffer_proto::consent::v1::ContactRequestSubmitted;
use coffer_proto::{BusMessage, Stream};
use coffer_runtime::Context;
use coffer_store::DatabaseSettings;
use coffer_testkit::{TestBroker, TestDatabase};
use coffer_types::SystemClock;
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
        let (database, broker) = (coffer_testkit::database().await, coffer_testkit::broker());
        let context = Context::for_test(Arc::new(SystemClock));
        let settings =
            BusSettings { url: broker.url.clone(), namespace: broker.namespace.clone(), ..settings };
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

    /// Publishes one fact in a transaction of its own.
    pub(crate) async fn publish(&self, request: &str) {
        let mut tx = self.pool.begin().await.unwrap();
        self.bus.outbox().enqueue(&mut tx, &submitted(request)).await.unwrap();
        tx.commit().await.unwrap();
        self.bus.outbox().wake();
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

    /// The messages that a stream holds, as subject and body.
    pub(crate) async fn stored(&self, stream: Stream) -> Vec<async_nats::jetstream::message::StreamMessage> {
        let client = async_nats::connect(&self.broker.url).await.unwrap();
        let name = format!("{}_{}", self.broker.namespace.to_uppercase(), stream.name());
        let stream = async_nats::jetstream::new(client).get_stream(name).await.unwrap();
        let mut messages = Vec::new();
        for sequence in 1..=stream.cached_info().state.last_sequence {
            messages.push(stream.get_raw_message(sequence).await.unwrap());
        }
        messages
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
