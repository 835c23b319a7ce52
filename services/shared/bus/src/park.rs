//! Parked messages: kept a year with the reason, for a person to replay or discard.

use bytes::Bytes;
use coffer_types::EventId;

use crate::consume::Incoming;
use crate::{Bus, BusError, ConsumerSpec, envelope};

const LONGEST_REASON: usize = 500;

/// Stores the message as it came (sealed where it was) and why nobody could handle it.
pub(crate) async fn park(
    bus: &Bus,
    spec: &ConsumerSpec,
    incoming: &Incoming,
    reason: &str,
    attempts: u32,
) -> Result<(), BusError> {
    // A message without a usable id gets one, so that it has a place of its own.
    let id = incoming.event_id().unwrap_or_else(EventId::new);
    let mut headers = incoming.headers.clone();
    headers.insert(envelope::MESSAGE_ID.to_owned(), format!("parked:{}:{id}:{attempts}", spec.durable));
    headers.insert("coffer-parked-subject".to_owned(), incoming.subject.clone());
    headers.insert("coffer-parked-reason".to_owned(), one_line(reason));
    headers.insert("coffer-parked-attempts".to_owned(), attempts.to_string());
    let subject = format!("coffer.parked.{}.{}.{id}", spec.stream.name(), spec.durable);
    let subject = bus.namespace.subject(&subject);
    let body: Bytes = incoming.body.clone();
    let stored = bus.jetstream.publish_with_headers(subject, envelope::to_nats(&headers), body).await;
    stored.map_err(BusError::broker)?.await.map_err(BusError::broker)?;
    Ok(())
}

/// A reason as a header and an acknowledgement can carry it.
pub(crate) fn one_line(reason: &str) -> String {
    reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_REASON).collect()
}
