//! CloudEvents 1.0 in binary mode: attributes as headers, the message as body.

use std::collections::BTreeMap;

use async_nats::HeaderMap;
use chrono::{DateTime, SecondsFormat, Utc};
use coffer_proto::BusMessage;
use coffer_types::EventId;

pub(crate) const ID: &str = "ce-id";
pub(crate) const SOURCE: &str = "ce-source";
pub(crate) const TYPE: &str = "ce-type";
pub(crate) const TIME: &str = "ce-time";
pub(crate) const SUBJECT: &str = "ce-subject";
pub(crate) const TRACEPARENT: &str = "traceparent";
/// Id of the key that sealed the body; missing where it is in clear.
pub(crate) const SEALED: &str = "coffer-sealed";
/// The broker's own header for duplicates.
pub(crate) const MESSAGE_ID: &str = "Nats-Msg-Id";

const BROKER_PREFIX: &str = "Nats-";

/// Headers by name, as the outbox keeps them.
pub(crate) type Headers = BTreeMap<String, String>;

/// The headers of a new message.
pub(crate) fn headers<M: BusMessage>(
    message: &M,
    id: EventId,
    source: &str,
    at: DateTime<Utc>,
    sealed_by: Option<&str>,
) -> Headers {
    let mut headers = Headers::from([
        ("ce-specversion".to_owned(), "1.0".to_owned()),
        (ID.to_owned(), id.to_string()),
        (SOURCE.to_owned(), format!("/{source}")),
        (TYPE.to_owned(), M::TYPE.to_owned()),
        (TIME.to_owned(), at.to_rfc3339_opts(SecondsFormat::Millis, true)),
        (SUBJECT.to_owned(), message.aggregate_id().to_owned()),
        ("content-type".to_owned(), "application/protobuf".to_owned()),
        (MESSAGE_ID.to_owned(), id.to_string()),
    ]);
    if let Some(key) = sealed_by {
        headers.insert(SEALED.to_owned(), key.to_owned());
    }
    if let Some(parent) = coffer_runtime::telemetry::current_traceparent() {
        headers.insert(TRACEPARENT.to_owned(), parent);
    }
    headers
}

/// For the broker.
pub(crate) fn to_nats(headers: &Headers) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(name.as_str(), value.as_str());
    }
    map
}

/// From the broker; a header that came twice keeps its first value. The broker's own ones are left out: they are orders,
/// such as to store the message as part of a batch, and would be obeyed again where the message is parked.
pub(crate) fn from_nats(map: Option<&HeaderMap>) -> Headers {
    let Some(map) = map else { return Headers::new() };
    map.iter()
        .map(|(name, values)| (name.to_string(), values))
        .filter(|(name, _)| !name.starts_with(BROKER_PREFIX))
        .filter_map(|(name, values)| Some((name, values.first()?.to_string())))
        .collect()
}
