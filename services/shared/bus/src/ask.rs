//! Questions to another service, with the answer while a person waits.

use std::time::{Duration, Instant};

use async_nats::client::RequestErrorKind;
use async_nats::{HeaderMap, Message, Request};
use coffer_proto::Question;
use coffer_proto::common::v1::Refusal;
use coffer_runtime::telemetry::current_traceparent;
use prost::Message as _;
use thiserror::Error;
use tracing::Instrument;

use crate::error::BoxError;
use crate::{Bus, envelope, metrics, trace};

/// Marks an answer that is a [`Refusal`]; the value is its code, as the micro-service protocol has it.
pub(crate) const REFUSED: &str = "Nats-Service-Error-Code";

/// Why a question got no answer.
#[derive(Debug, Error)]
pub enum AskError {
    /// The other service does not accept it; `0` says why in plain words.
    #[error("refused")]
    Refused(Refusal),
    /// Nobody answered in time: try again later.
    #[error("the service does not answer")]
    Unavailable,
    /// The answer cannot be read.
    #[error("the answer cannot be understood")]
    Broken(#[source] BoxError),
}

impl Bus {
    /// Asks, and waits for the answer as long as the settings say.
    ///
    /// # Errors
    /// The service refuses, or does not answer.
    pub async fn ask<Q: Question>(&self, question: &Q) -> Result<Q::Answer, AskError> {
        self.ask_within(question, self.ask_timeout).await
    }

    /// Asks, and waits so long: for answers that take work. Without a service there is none at once all the same.
    ///
    /// # Errors
    /// The service refuses, or does not answer.
    pub async fn ask_within<Q: Question>(
        &self,
        question: &Q,
        patience: Duration,
    ) -> Result<Q::Answer, AskError> {
        let (span, asked) = (trace::asking(Q::SUBJECT), Instant::now());
        let answer = self.request(question, patience).instrument(span.clone()).await;
        let outcome = match &answer {
            Ok(_) => "answered",
            Err(AskError::Refused(_)) => "refused",
            Err(AskError::Unavailable) => "unavailable",
            Err(AskError::Broken(_)) => "broken",
        };
        if matches!(answer, Err(AskError::Unavailable | AskError::Broken(_))) {
            span.record("error.type", outcome);
        }
        metrics::asked(Q::SUBJECT, outcome, asked.elapsed());
        answer
    }

    async fn request<Q: Question>(&self, question: &Q, patience: Duration) -> Result<Q::Answer, AskError> {
        let request = Request::new()
            .headers(headers())
            .payload(question.encode_to_vec().into())
            .timeout(Some(patience));
        let subject = self.namespace.subject(Q::SUBJECT);
        // The client's own time-out begins when the request has left, which never comes while the broker is away.
        let sent = tokio::time::timeout(patience, self.client.send_request(subject, request)).await;
        match sent {
            Ok(Ok(message)) => read::<Q>(&message),
            Ok(Err(error)) if error.kind() == RequestErrorKind::Other => Err(AskError::Broken(error.into())),
            Ok(Err(_)) | Err(_) => Err(AskError::Unavailable),
        }
    }
}

/// The headers of a question: the trace that it belongs to.
pub(crate) fn headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(parent) = current_traceparent() {
        headers.insert(envelope::TRACEPARENT, parent.as_str());
    }
    headers
}

fn read<Q: Question>(message: &Message) -> Result<Q::Answer, AskError> {
    let refused = message.headers.as_ref().is_some_and(|headers| headers.get(REFUSED).is_some());
    if refused {
        let refusal =
            Refusal::decode(message.payload.clone()).map_err(|error| AskError::Broken(error.into()))?;
        return Err(AskError::Refused(refusal));
    }
    Q::Answer::decode(message.payload.clone()).map_err(|error| AskError::Broken(error.into()))
}
