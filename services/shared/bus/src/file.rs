//! The asking side of answers in parts.

use std::time::Duration;

use async_nats::{Client, Message, Subject, Subscriber};
use bytes::Bytes;
use coffer_proto::Question;
use coffer_proto::common::v1::Refusal;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use prost::Message as _;
use tracing::Instrument;

use crate::ask::{AskError, REFUSED, headers};
use crate::parts::{PART, STOP};
use crate::{Bus, trace};

/// The answering side gives a sign of life every few seconds.
const SILENCE: Duration = Duration::from_secs(20);
/// Every so many parts the other side is told how many were taken.
const TELL_EVERY: u64 = 8;

/// The bytes of a long answer. An error in it means that the rest is missing.
pub type FileStream = BoxStream<'static, Result<Bytes, AskError>>;

impl Bus {
    /// Asks a question that is answered in parts: gives the beginning, and the bytes as they come.
    ///
    /// # Errors
    /// The service refuses, or does not answer.
    pub async fn ask_stream<Q: Question>(&self, question: &Q) -> Result<(Q::Answer, FileStream), AskError> {
        let span = trace::asking(Q::SUBJECT);
        async {
            let mut reader = Reader::open(self, question).await?;
            let begin = reader.begin().await?;
            let answer = Q::Answer::decode(begin).map_err(|error| AskError::Broken(error.into()))?;
            Ok((answer, reader.into_stream()))
        }
        .instrument(span)
        .await
    }
}

enum Part {
    Begin(Option<Subject>, Bytes),
    Data(u64, Bytes),
    Wait,
    End(u64),
}

/// Reads parts in their order; says stop when it is dropped before the end.
struct Reader {
    client: Client,
    parts: Subscriber,
    flow: Option<Subject>,
    taken: u64,
    ended: bool,
    /// How long the first sign may take.
    first: Duration,
}

impl Reader {
    async fn open<Q: Question>(bus: &Bus, question: &Q) -> Result<Self, AskError> {
        let (client, inbox) = (bus.client.clone(), bus.client.new_inbox());
        let subject = bus.namespace.subject(Q::SUBJECT);
        let body = question.encode_to_vec().into();
        let asked = async {
            let parts = client.subscribe(inbox.clone()).await.ok()?;
            client.publish_with_reply_and_headers(subject, inbox, headers(), body).await.ok()?;
            Some(parts)
        };
        let parts = tokio::time::timeout(bus.ask_timeout, asked).await.ok().flatten();
        let parts = parts.ok_or(AskError::Unavailable)?;
        Ok(Self { client, parts, flow: None, taken: 0, ended: false, first: bus.ask_timeout })
    }

    /// The answer before the bytes.
    async fn begin(&mut self) -> Result<Bytes, AskError> {
        let mut patience = self.first;
        loop {
            match self.part(patience).await? {
                Part::Begin(flow, body) => {
                    self.flow = flow;
                    return Ok(body);
                }
                Part::Wait => patience = SILENCE,
                Part::Data(..) | Part::End(_) => return Err(AskError::Unavailable),
            }
        }
    }

    /// The next bytes; `None` after the last.
    async fn data(&mut self) -> Result<Option<Bytes>, AskError> {
        loop {
            match self.part(SILENCE).await? {
                Part::Wait => {}
                Part::Data(number, bytes) if number == self.taken + 1 => {
                    self.taken = number;
                    self.tell_taken().await;
                    return Ok(Some(bytes));
                }
                Part::End(count) if count == self.taken => {
                    self.ended = true;
                    return Ok(None);
                }
                // A part was lost, as when the connection broke.
                Part::Data(..) | Part::End(_) | Part::Begin(..) => return Err(AskError::Unavailable),
            }
        }
    }

    async fn part(&mut self, patience: Duration) -> Result<Part, AskError> {
        let next = tokio::time::timeout(patience, self.parts.next()).await;
        let message = next.ok().flatten().ok_or(AskError::Unavailable)?;
        let read = read(message);
        self.ended |= matches!(read, Err(AskError::Refused(_)));
        read
    }

    async fn tell_taken(&self) {
        let Some(flow) = self.flow.clone().filter(|_| self.taken.is_multiple_of(TELL_EVERY)) else { return };
        let count = Bytes::copy_from_slice(&self.taken.to_be_bytes());
        let _ = self.client.publish(flow, count).await;
    }

    fn into_stream(self) -> FileStream {
        stream::unfold(Some(self), |reader| async {
            let mut reader = reader?;
            match reader.data().await {
                Ok(Some(bytes)) => Some((Ok(bytes), Some(reader))),
                Ok(None) => None,
                Err(error) => Some((Err(error), None)),
            }
        })
        .boxed()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Some(flow) = self.flow.take().filter(|_| !self.ended) else { return };
        let client = self.client.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { client.publish(flow, Bytes::from_static(STOP)).await });
        }
    }
}

fn read(message: Message) -> Result<Part, AskError> {
    let headers = message.headers.unwrap_or_default();
    if headers.get(REFUSED).is_some() {
        let refusal = Refusal::decode(message.payload).map_err(|error| AskError::Broken(error.into()))?;
        return Err(AskError::Refused(refusal));
    }
    // A message without our header is the broker's word that nobody answers such questions.
    let part = headers.get(PART).ok_or(AskError::Unavailable)?.as_str();
    let (what, number) = part.split_once(' ').unwrap_or((part, ""));
    match (what, number.parse()) {
        ("begin", _) => Ok(Part::Begin(message.reply, message.payload)),
        ("data", Ok(number)) => Ok(Part::Data(number, message.payload)),
        ("wait", _) => Ok(Part::Wait),
        ("end", Ok(count)) => Ok(Part::End(count)),
        _ => Err(AskError::Unavailable),
    }
}
