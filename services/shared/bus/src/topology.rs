//! Streams and durable consumers: declared at start, the same each time, never changed behind anybody's back.

use std::time::Duration;

use async_nats::jetstream::consumer::pull;
use async_nats::jetstream::consumer::{AckPolicy, Consumer, PullConsumer};
use async_nats::jetstream::context::{GetStreamError, GetStreamErrorKind};
use async_nats::jetstream::stream::{self, DiscardPolicy, RetentionPolicy, StorageType};
use coffer_proto::Stream;

use crate::{Bus, BusError};

const DAY: Duration = Duration::from_hours(24);
const DUPLICATE_WINDOW: Duration = Duration::from_mins(30);
/// Facts carry ids and decisions, no documents.
const LARGEST_FACT: usize = 256 * 1024;
/// A backstop only: handlers decide by attempts counted in the database.
const MAX_DELIVER: i64 = 50;
const RETRY_DECLARE: Duration = Duration::from_secs(1);

/// A durable consumer of a service.
#[derive(Debug, Clone, Copy)]
pub struct ConsumerSpec {
    /// Name on the broker and in the inbox.
    pub durable: &'static str,
    /// What it reads.
    pub stream: Stream,
    /// Subjects without namespace, with wildcards.
    pub filters: &'static [&'static str],
    /// Messages handled at the same time, per replica.
    pub concurrency: usize,
    /// How long the broker waits for an acknowledgement or a sign of progress.
    pub ack_wait: Duration,
}

impl Bus {
    /// Makes sure that streams and consumers exist as declared. Waits for the broker if it is away.
    ///
    /// # Errors
    /// One exists with another definition: [`BusError::Conflict`] names the difference.
    pub async fn declare(&self, streams: &[Stream], consumers: &[ConsumerSpec]) -> Result<(), BusError> {
        loop {
            match self.declare_once(streams, consumers).await {
                Err(BusError::Broker(error)) => {
                    tracing::warn!(error, "streams cannot be declared yet");
                    tokio::time::sleep(RETRY_DECLARE).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn declare_once(&self, streams: &[Stream], consumers: &[ConsumerSpec]) -> Result<(), BusError> {
        for stream in streams {
            self.declare_stream(*stream).await?;
        }
        for spec in consumers {
            self.consumer(spec).await?;
        }
        Ok(())
    }

    async fn declare_stream(&self, stream: Stream) -> Result<(), BusError> {
        let wanted = stream_config(self, stream);
        match self.jetstream.get_stream(&wanted.name).await {
            Ok(found) => {
                agree(&wanted.name, &stream_facts(&wanted), &stream_facts(&found.cached_info().config))
            }
            Err(error) if is_missing(&error) => {
                self.jetstream.create_stream(wanted).await.map_err(BusError::broker)?;
                Ok(())
            }
            Err(error) => Err(BusError::broker(error)),
        }
    }

    /// The consumer, created if missing.
    pub(crate) async fn consumer(&self, spec: &ConsumerSpec) -> Result<PullConsumer, BusError> {
        let (wanted, name) = (consumer_config(self, spec), self.namespace.stream(spec.stream));
        let stream = self.jetstream.get_stream_no_info(&name).await.map_err(BusError::broker)?;
        let found: Consumer<pull::Config> = match stream.get_consumer(spec.durable).await {
            Ok(found) => found,
            Err(_) => match stream.create_consumer_strict(wanted.clone()).await {
                Ok(created) => created,
                // Another replica created it between the two calls, or it exists with another definition.
                Err(error) if error.kind() == ConsumerCreateKind::AlreadyExists => {
                    stream.get_consumer(spec.durable).await.map_err(BusError::broker)?
                }
                Err(error) => return Err(BusError::broker(error)),
            },
        };
        let theirs = consumer_facts_of(&found.cached_info().config);
        agree(&format!("{name}/{}", spec.durable), &consumer_facts(&wanted), &theirs)?;
        Ok(found)
    }
}

type ConsumerCreateKind = stream::ConsumerCreateStrictErrorKind;

fn is_missing(error: &GetStreamError) -> bool {
    matches!(error.kind(), GetStreamErrorKind::JetStream(error) if error.error_code()
        == async_nats::jetstream::ErrorCode::STREAM_NOT_FOUND)
}

/// Bytes that a stream takes in one message, with its headers; `None`: as many as the broker does, for letters.
pub(crate) const fn largest_message(stream: Stream) -> Option<usize> {
    match stream {
        Stream::EvtConsent | Stream::EvtMail | Stream::EvtQuery => Some(LARGEST_FACT),
        Stream::CmdMail | Stream::CmdQuery | Stream::Parked => None,
    }
}

fn stream_config(bus: &Bus, stream: Stream) -> stream::Config {
    let days = match stream {
        Stream::EvtConsent | Stream::EvtMail | Stream::EvtQuery => 90,
        Stream::CmdMail | Stream::CmdQuery => 30,
        Stream::Parked => 365,
    };
    let largest = largest_message(stream).and_then(|bytes| i32::try_from(bytes).ok());
    stream::Config {
        name: bus.namespace.stream(stream),
        subjects: vec![bus.namespace.subject(stream.subjects())],
        retention: RetentionPolicy::Limits, // the others forget duplicates, or drop without a consumer
        discard: DiscardPolicy::New,
        storage: StorageType::File,
        max_age: DAY * days,
        max_message_size: largest.unwrap_or(-1),
        duplicate_window: DUPLICATE_WINDOW,
        num_replicas: bus.replicas,
        allow_direct: true,
        allow_atomic_publish: true,
        ..stream::Config::default()
    }
}

fn consumer_config(bus: &Bus, spec: &ConsumerSpec) -> pull::Config {
    pull::Config {
        durable_name: Some(spec.durable.to_owned()),
        filter_subjects: spec.filters.iter().map(|filter| bus.namespace.subject(filter)).collect(),
        ack_policy: AckPolicy::Explicit,
        ack_wait: spec.ack_wait,
        max_deliver: MAX_DELIVER,
        max_ack_pending: 1_000,
        ..pull::Config::default()
    }
}

/// What must agree, as text.
type Facts = Vec<(&'static str, String)>;

fn stream_facts(config: &stream::Config) -> Facts {
    vec![
        ("subjects", format!("{:?}", config.subjects)),
        ("retention", format!("{:?}", config.retention)),
        ("discard", format!("{:?}", config.discard)),
        ("storage", format!("{:?}", config.storage)),
        ("max_age", format!("{:?}", config.max_age)),
        ("max_message_size", config.max_message_size.to_string()),
        ("duplicate_window", format!("{:?}", config.duplicate_window)),
        ("replicas", config.num_replicas.to_string()),
        ("allow_atomic", config.allow_atomic_publish.to_string()),
    ]
}

fn consumer_facts(config: &pull::Config) -> Facts {
    let mut filters = config.filter_subjects.clone();
    filters.sort();
    vec![
        ("filter_subjects", format!("{filters:?}")),
        ("ack_policy", format!("{:?}", config.ack_policy)),
        ("ack_wait", format!("{:?}", config.ack_wait)),
        ("max_deliver", config.max_deliver.to_string()),
        ("max_ack_pending", config.max_ack_pending.to_string()),
    ]
}

/// The broker writes a single filter as `filter_subject`.
fn consumer_facts_of(config: &async_nats::jetstream::consumer::Config) -> Facts {
    let single = Some(config.filter_subject.clone()).filter(|filter| !filter.is_empty());
    consumer_facts(&pull::Config {
        filter_subjects: config.filter_subjects.iter().cloned().chain(single).collect(),
        ack_policy: config.ack_policy,
        ack_wait: config.ack_wait,
        max_deliver: config.max_deliver,
        max_ack_pending: config.max_ack_pending,
        ..pull::Config::default()
    })
}

fn agree(name: &str, wanted: &Facts, found: &Facts) -> Result<(), BusError> {
    let differs = wanted.iter().zip(found).find(|(wanted, found)| wanted != found);
    differs.map_or(Ok(()), |((key, wanted), (_, found))| {
        let difference = format!("{key} should be {wanted} and is {found}");
        Err(BusError::Conflict { name: name.to_owned(), difference })
    })
}
