//! Rows of the outbox to the broker: many at once as an atomic batch, or one by one.

use async_nats::header::{NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL, NATS_BATCH_ID, NATS_BATCH_SEQUENCE};
use async_nats::{HeaderMap, Message};
use bytes::Bytes;
use serde::Deserialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::envelope::{self, Headers};
use crate::{Bus, BusError, trace};

/// A row that waits to be published.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) id: i64,
    pub(crate) stream: String,
    subject: String,
    headers: Json<Headers>,
    body: Vec<u8>,
}

/// What the broker says to the last message of a batch.
#[derive(Debug, Deserialize)]
struct Committed {
    error: Option<AckError>,
    count: Option<usize>,
}

#[derive(Debug, Deserialize)]
struct AckError {
    err_code: u64,
    description: String,
}

/// Publishes rows of one stream; returns when the broker has stored all of them.
///
/// A batch is refused whole if one of its messages is known already, which happens after a lost acknowledgement.
/// Published singly, a known message is answered as a duplicate: also a success.
pub(crate) async fn publish(bus: &Bus, rows: &[Row]) -> Result<(), BusError> {
    let spans: Vec<_> = rows.iter().map(|row| trace::publication(&row.subject, &row.headers)).collect();
    if rows.len() > 1 {
        match publish_batch(bus, rows).await {
            Ok(()) => return Ok(()),
            Err(error) => tracing::debug!(%error, "batch refused, publishing one by one"),
        }
    }
    for (row, _span) in rows.iter().zip(spans) {
        publish_one(bus, row).await?;
    }
    Ok(())
}

async fn publish_one(bus: &Bus, row: &Row) -> Result<(), BusError> {
    let subject = bus.namespace.subject(&row.subject);
    let headers = envelope::to_nats(&row.headers);
    let body = Bytes::copy_from_slice(&row.body);
    let stored = bus.jetstream.publish_with_headers(subject, headers, body).await;
    stored.map_err(BusError::broker)?.await.map_err(BusError::broker)?;
    Ok(())
}

/// ADR-50 of NATS: the first message asks whether the batch may begin, the last one commits it.
async fn publish_batch(bus: &Bus, rows: &[Row]) -> Result<(), BusError> {
    let batch = Uuid::now_v7().simple().to_string();
    for (row, sequence) in rows.iter().zip(1..) {
        let mut headers = envelope::to_nats(&row.headers);
        headers.insert(NATS_BATCH_ID, batch.as_str());
        headers.insert(NATS_BATCH_SEQUENCE, sequence.to_string().as_str());
        if sequence == rows.len() {
            headers.insert(NATS_BATCH_COMMIT, NATS_BATCH_COMMIT_FINAL);
        }
        let subject = bus.namespace.subject(&row.subject);
        let body = Bytes::copy_from_slice(&row.body);
        if sequence == 1 {
            begun(&request(bus, subject, headers, body).await?)?;
        } else if sequence == rows.len() {
            committed(&request(bus, subject, headers, body).await?, rows.len())?;
        } else {
            bus.client.publish_with_headers(subject, headers, body).await.map_err(BusError::broker)?;
        }
    }
    Ok(())
}

async fn request(bus: &Bus, subject: String, headers: HeaderMap, body: Bytes) -> Result<Message, BusError> {
    bus.client.request_with_headers(subject, headers, body).await.map_err(BusError::broker)
}

/// A batch begins with an empty answer. Another one is an error, or of a broker that knows no batches.
fn begun(answer: &Message) -> Result<(), BusError> {
    if answer.payload.is_empty() { Ok(()) } else { Err(refused(answer)) }
}

fn committed(answer: &Message, rows: usize) -> Result<(), BusError> {
    match serde_json::from_slice(&answer.payload) {
        Ok(Committed { error: None, count: Some(count) }) if count == rows => Ok(()),
        _ => Err(refused(answer)),
    }
}

fn refused(answer: &Message) -> BusError {
    match serde_json::from_slice(&answer.payload) {
        Ok(Committed { error: Some(error), .. }) => {
            BusError::broker(format!("{} {}", error.err_code, error.description))
        }
        _ => BusError::broker("no atomic batch"),
    }
}
