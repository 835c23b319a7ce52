//! Facts and progress as they happen, for pages that are open now. Lossy by design: the stored state can always be read again.

use bytes::Bytes;
use coffer_types::EventId;
use futures::{Stream, StreamExt};
use prost::Message;

use crate::{Bus, BusError, envelope};

/// A fact that has just been published.
#[derive(Debug, Clone)]
pub struct Notice {
    /// Without namespace.
    pub subject: String,
    /// Full protobuf name.
    pub type_name: String,
    /// `ce-id`, if it is one.
    pub event_id: Option<EventId>,
    /// The protobuf message.
    pub body: Bytes,
}

impl Bus {
    /// Tells whoever listens now, such as `coffer.live.research-query.<id>`. Lossy: nobody may depend on it.
    ///
    /// # Errors
    /// The connection to the broker is closed.
    pub async fn tell<M: Message>(&self, subject: &str, message: &M) -> Result<(), BusError> {
        let subject = self.namespace.subject(subject);
        let body = message.encode_to_vec().into();
        self.client.publish(subject, body).await.map_err(BusError::broker)
    }

    /// Facts whose subject fits `pattern`, from now on, such as
    /// `coffer.evt.consent.contact-request.*.v1.<id>`.
    ///
    /// # Errors
    /// The broker refuses the subscription.
    pub async fn watch(
        &self,
        pattern: &str,
    ) -> Result<impl Stream<Item = Notice> + Send + Unpin + 'static, BusError> {
        let subject = self.namespace.subject(pattern);
        let messages = self.client.subscribe(subject).await.map_err(BusError::broker)?;
        self.client.flush().await.map_err(BusError::broker)?;
        let bus = self.clone();
        Ok(messages.map(move |message| {
            let headers = envelope::from_nats(message.headers.as_ref());
            Notice {
                subject: bus.namespace.strip(&message.subject).to_owned(),
                type_name: headers.get(envelope::TYPE).cloned().unwrap_or_default(),
                event_id: headers.get(envelope::ID).and_then(|id| id.parse().ok()),
                body: message.payload,
            }
        }))
    }
}
