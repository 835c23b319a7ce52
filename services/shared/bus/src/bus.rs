//! The connection of a service to the broker.

use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, ConnectOptions, Event, ServerAddr, connection, jetstream};
use coffer_runtime::Context;
use coffer_store::Keyring;
use coffer_types::Clock;
use rand::Rng;
use tokio::sync::{Notify, watch};

use crate::namespace::Namespace;
use crate::outbox::Outbox;
use crate::{BusError, BusSettings, metrics};

const BROKER_TIMEOUT: Duration = Duration::from_secs(5);
/// What the seed of a user's nkey begins with.
const NKEY_SEED: &str = "SU";
const LONGEST_RECONNECT_DELAY_MS: u64 = 4_000;

/// A service on the bus; clones share one connection.
#[derive(Clone)]
pub struct Bus {
    pub(crate) client: Client,
    pub(crate) jetstream: jetstream::Context,
    pub(crate) namespace: Namespace,
    pub(crate) service: &'static str,
    pub(crate) keyring: Keyring,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) replicas: usize,
    pub(crate) ask_timeout: Duration,
    pub(crate) retry: Arc<[Duration]>,
    /// Counts the connections made, so that a new one is noticed.
    pub(crate) connections: watch::Receiver<u64>,
    /// Tells the relay that rows are waiting.
    pub(crate) rows: Arc<Notify>,
}

impl Bus {
    /// Connects, and goes on trying while the broker is away. Adds the part `broker` to `/readyz`.
    ///
    /// # Errors
    /// The settings cannot be used.
    pub async fn connect(
        settings: &BusSettings,
        service: &'static str,
        context: &Context,
    ) -> Result<Self, BusError> {
        let addresses = addresses(&settings.url)?;
        let (made, connections) = watch::channel(0);
        let options = options(settings, service)?.event_callback(move |event| {
            tell(&event, &made);
            std::future::ready(())
        });
        let client = options.connect(addresses).await.map_err(BusError::broker)?;
        watch_health(&client, context);
        let jetstream = jetstream::ContextBuilder::new().timeout(BROKER_TIMEOUT).build(client.clone());
        Ok(Self {
            client,
            jetstream,
            namespace: Namespace::new(&settings.namespace)?,
            service,
            keyring: Keyring::new(&settings.sealing)?,
            clock: context.clock.clone(),
            replicas: settings.replicas,
            ask_timeout: Duration::from_millis(settings.ask_timeout_ms),
            retry: settings.retry_seconds.iter().copied().map(Duration::from_secs).collect(),
            connections,
            rows: Arc::new(Notify::new()),
        })
    }

    pub(crate) fn is_connected(&self) -> bool {
        is_connected(&self.client)
    }

    /// Where this service's messages are written, each in the transaction that makes it true.
    pub fn outbox(&self) -> Outbox {
        Outbox::new(self)
    }
}

fn addresses(urls: &str) -> Result<Vec<ServerAddr>, BusError> {
    urls.split(',')
        .map(|url| url.trim().parse())
        .collect::<Result<_, _>>()
        .map_err(|_| BusError::Settings("url is not of the form nats://host:port".to_owned()))
}

fn options(settings: &BusSettings, service: &'static str) -> Result<ConnectOptions, BusError> {
    let options = ConnectOptions::new()
        .name(format!("coffer-{service}"))
        .custom_inbox_prefix(format!("_INBOX_{service}"))
        .ping_interval(Duration::from_secs(5))
        .retry_on_initial_connect()
        .max_reconnects(None)
        .reconnect_delay_callback(reconnect_delay)
        .request_timeout(Some(BROKER_TIMEOUT));
    match settings.credentials.expose() {
        "" => Ok(options),
        seed if seed.starts_with(NKEY_SEED) => Ok(options.nkey(seed.to_owned())),
        file => options
            .credentials(file)
            .map_err(|_| BusError::Settings("credentials are not of the expected form".to_owned())),
    }
}

/// Grows with the attempts; jitter keeps replicas from coming back all at once.
fn reconnect_delay(attempts: usize) -> Duration {
    let exponent = u32::try_from(attempts.min(6)).unwrap_or_default();
    let ceiling = (100 * 2_u64.pow(exponent)).min(LONGEST_RECONNECT_DELAY_MS);
    Duration::from_millis(rand::rng().random_range(ceiling / 2..=ceiling))
}

/// The client's events are the only sign of dropped messages and denied subjects.
fn tell(event: &Event, connections: &watch::Sender<u64>) {
    let name = match event {
        Event::Connected => "connected",
        Event::Disconnected => "disconnected",
        Event::SlowConsumer(_) => "slow_consumer",
        Event::ServerError(_) => "server_error",
        Event::ClientError(_) => "client_error",
        Event::LameDuckMode => "lame_duck_mode",
        Event::Draining => "draining",
        Event::Closed => "closed",
    };
    metrics::connection_event(name);
    if *event == Event::Connected {
        connections.send_modify(|made| *made += 1);
    }
    match event {
        Event::Connected | Event::Draining | Event::Closed => tracing::info!(event = name, "broker"),
        _ => tracing::warn!(event = name, "broker: {event}"),
    }
}

fn watch_health(client: &Client, context: &Context) {
    let client = client.clone();
    context.health.check("broker", move || {
        let answer = if is_connected(&client) {
            Ok(())
        } else {
            Err("the connection to the broker is down".to_owned())
        };
        Box::pin(std::future::ready(answer))
    });
}

fn is_connected(client: &Client) -> bool {
    client.connection_state() == connection::State::Connected
}
