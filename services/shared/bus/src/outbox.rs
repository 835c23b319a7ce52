//! The only way to publish: a row in the transaction that makes the message true.

use std::sync::Arc;

use async_nats::Client;
use bytes::Bytes;
use coffer_proto::{BusMessage, MessageKind, Stream};
use coffer_store::{Keyring, Place, SealError};
use coffer_types::{Clock, EventId};
use sqlx::PgConnection;
use sqlx::types::Json;
use tokio::sync::Notify;

use crate::{Bus, BusError, envelope, topology, trace};

/// Limits of the broker count headers too, those of a parked message among them.
const ROOM_FOR_HEADERS: usize = 16 * 1024;

/// Writes outbox rows of one service.
#[derive(Clone)]
pub struct Outbox {
    service: &'static str,
    client: Client,
    keyring: Keyring,
    clock: Arc<dyn Clock>,
    rows: Arc<Notify>,
}

impl Outbox {
    pub(crate) fn new(bus: &Bus) -> Self {
        Self {
            service: bus.service,
            client: bus.client.clone(),
            keyring: bus.keyring.clone(),
            clock: bus.clock.clone(),
            rows: bus.rows.clone(),
        }
    }

    /// Writes the message into the caller's transaction, with the trace that it belongs to. Commands are sealed.
    ///
    /// # Errors
    /// The database refuses the row, or the message is too large for the bus.
    pub async fn enqueue<M: BusMessage>(
        &self,
        tx: &mut PgConnection,
        message: &M,
    ) -> Result<EventId, BusError> {
        let (id, now) = (EventId::new(), self.clock.now());
        let plain = message.encode_to_vec();
        let (body, key) = match M::KIND {
            MessageKind::Fact => (plain, None),
            MessageKind::Command => {
                (self.keyring.seal(place(M::TYPE, id), &plain), Some(self.keyring.key_id()))
            }
        };
        // Told here: later nobody could take the row back, and it would hold up those behind it.
        if body.len() > self.largest_body(M::STREAM) {
            return Err(BusError::TooLarge(body.len()));
        }
        let span = trace::creation::<M>(id);
        let headers = span.in_scope(|| envelope::headers(message, id, self.service, now, key));
        sqlx::query(
            "INSERT INTO outbox (event_id, stream, subject, headers, body, created_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(M::STREAM.name())
        .bind(format!("{}.{}", M::SUBJECT, message.aggregate_id()))
        .bind(Json(headers))
        .bind(body)
        .bind(now)
        .execute(tx)
        .await?;
        Ok(id)
    }

    fn largest_body(&self, stream: Stream) -> usize {
        let largest = self.client.max_payload().min(topology::largest_message(stream).unwrap_or(usize::MAX));
        largest.saturating_sub(ROOM_FOR_HEADERS)
    }

    /// Tells the relay to look at once; call it after the commit. Without it the row waits for the next look.
    pub fn wake(&self) {
        self.rows.notify_one();
    }
}

/// Opens a sealed body.
pub(crate) fn open(keyring: &Keyring, type_name: &str, id: EventId, body: &[u8]) -> Result<Bytes, SealError> {
    Ok(keyring.open(place(type_name, id), body)?.into())
}

/// A sealed body opens for its own message only.
fn place(type_name: &str, id: EventId) -> Place<'_> {
    Place { table: "message", column: type_name, row: id.as_uuid() }
}
