//! A message on its way to a handler, and the three verdicts that a handler may give.

use std::future::Future;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use coffer_proto::BusMessage;
use coffer_types::EventId;
use sqlx::PgConnection;
use thiserror::Error;

use crate::BusError;
use crate::error::BoxError;

/// A message as its handler gets it; the body is open.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// `ce-id`, the same at each delivery.
    pub event_id: EventId,
    /// `ce-source`: `/` and the publishing service.
    pub source: String,
    /// Full protobuf name of the message.
    pub type_name: String,
    /// Id of the aggregate.
    pub aggregate_id: String,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// 1 for the first; counted in the database.
    pub attempt: u32,
    /// The protobuf message.
    pub body: Bytes,
}

impl Delivery {
    /// The message, if it is of type `M`; `None` if it is of another.
    ///
    /// # Errors
    /// The body is not what its type says: poison.
    pub fn decode<M: BusMessage>(&self) -> Result<Option<M>, HandlerError> {
        if self.type_name != M::TYPE {
            return Ok(None);
        }
        M::decode(self.body.clone())
            .map(Some)
            .map_err(|_| HandlerError::poison(format!("the body is not a {}", M::TYPE)))
    }
}

/// Gives a message its effect.
///
/// It may be called more than once for one message; what it writes through `tx` happens once.
pub trait Handler: Send + Sync + 'static {
    /// Writes the effect into `tx`, which the caller commits together with the inbox row.
    fn handle(
        &self,
        tx: &mut PgConnection,
        delivery: &Delivery,
    ) -> impl Future<Output = Result<(), HandlerError>> + Send;

    /// Called after the commit: wake something that works on the new rows.
    fn committed(&self, _delivery: &Delivery) {}
}

/// Why a handler did not finish.
#[derive(Debug, Error)]
pub enum HandlerError {
    /// Something is down; try again later.
    #[error("to be tried again")]
    Retry(#[source] BoxError),
    /// Nobody can ever handle this message; park it with the reason, which names no person.
    #[error("cannot be handled: {0}")]
    Poison(String),
}

impl HandlerError {
    /// Something is down.
    pub fn retry(error: impl Into<BoxError>) -> Self {
        Self::Retry(error.into())
    }

    /// Nobody can ever handle this.
    pub fn poison(reason: impl Into<String>) -> Self {
        Self::Poison(reason.into())
    }
}

impl From<sqlx::Error> for HandlerError {
    fn from(error: sqlx::Error) -> Self {
        Self::retry(error)
    }
}

impl From<BusError> for HandlerError {
    fn from(error: BusError) -> Self {
        Self::retry(error)
    }
}
