//! Answers that are too long for one message, such as exports: parts in a row, no faster than they are read.
//!
//! Each part carries its number, so that a lost one is noticed; the reader says how many it has taken, and only a
//! window of parts is under way. Nothing is stored.

use std::fmt::Display;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_nats::service::Request;
use async_nats::{Client, HeaderMap, Subject, Subscriber};
use bytes::Bytes;
use coffer_proto::Question;
use coffer_proto::common::v1::Refusal;
use futures::StreamExt;
use prost::Message as _;
use thiserror::Error;

use crate::answers::{Answers, Respond, caught, question, refused};
use crate::{envelope, trace};

/// What a part is: `begin`, `data <number>`, `wait` or `end <count of data>`.
pub(crate) const PART: &str = "Coffer-Part";
/// What the reader says instead of a count when it wants no more.
pub(crate) const STOP: &[u8] = b"stop";

/// Parts under way at the same time.
const WINDOW: u64 = 32;
/// A reader that takes nothing for so long has gone.
const PATIENCE: Duration = Duration::from_mins(1);
/// A sign of life while a part is in the making.
const SIGN: Duration = Duration::from_secs(5);

/// Nobody reads any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("nobody reads the answer any more")]
pub struct Gone;

/// Where an answer in parts is written: first [`Self::begin`], then the bytes.
pub struct Parts<A> {
    client: Client,
    to: Subject,
    flow: Subscriber,
    flow_subject: Subject,
    sent: u64,
    taken: u64,
    answer: PhantomData<fn(A)>,
}

impl Answers {
    /// Answers questions of type `Q` by a beginning and bytes. A refusal is one at any moment.
    #[must_use]
    pub fn on_stream<Q, F, Fut>(mut self, answer: F) -> Self
    where
        Q: Question,
        F: Fn(Q, Parts<Q::Answer>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Parts<Q::Answer>, Refusal>> + Send + 'static,
    {
        let (answer, client) = (Arc::new(answer), self.bus.client.clone());
        let respond: Respond = Arc::new(move |request| {
            let (answer, client) = (answer.clone(), client.clone());
            Box::pin(async move { respond::<Q, _>(client, request, |q, parts| answer(q, parts)).await })
        });
        self.answers.push((Q::SUBJECT, respond));
        self
    }
}

async fn respond<Q, Fut>(client: Client, request: Request, answer: impl FnOnce(Q, Parts<Q::Answer>) -> Fut)
where
    Q: Question,
    Fut: Future<Output = Result<Parts<Q::Answer>, Refusal>>,
{
    let span = trace::answering(Q::SUBJECT, &envelope::from_nats(request.message.headers.as_ref()));
    let Some(to) = request.message.reply.clone() else { return };
    let Ok(parts) = Parts::open(client.clone(), to.clone()).await else { return };
    let body = request.message.payload.clone();
    let answered = caught(&span, async move { answer(question(body)?, parts).await });
    let outcome = match with_signs_of_life(&client, &to, answered).await {
        Ok(parts) => parts.end().await,
        Err(refusal) => {
            let body = refusal.encode_to_vec().into();
            client.publish_with_headers(to, refused(&refusal), body).await.map_err(|_| Gone)
        }
    };
    if outcome.is_err() {
        tracing::debug!(subject = Q::SUBJECT, "the reader has gone");
    }
}

async fn with_signs_of_life<T>(client: &Client, to: &Subject, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        match tokio::time::timeout(SIGN, &mut work).await {
            Ok(done) => return done,
            Err(_) => drop(client.publish_with_headers(to.clone(), part("wait"), Bytes::new()).await),
        }
    }
}

impl<A: prost::Message> Parts<A> {
    async fn open(client: Client, to: Subject) -> Result<Self, Gone> {
        let flow_subject = Subject::from(client.new_inbox());
        let flow = client.subscribe(flow_subject.clone()).await.map_err(|_| Gone)?;
        Ok(Self { client, to, flow, flow_subject, sent: 0, taken: 0, answer: PhantomData })
    }

    /// The answer that stands before the bytes; once.
    ///
    /// # Errors
    /// The connection is closed.
    pub async fn begin(&mut self, answer: A) -> Result<(), Gone> {
        let (to, flow) = (self.to.clone(), self.flow_subject.clone());
        let body = answer.encode_to_vec().into();
        let sent = self.client.publish_with_reply_and_headers(to, flow, part("begin"), body).await;
        sent.map_err(|_| Gone)
    }

    /// The next bytes, at most a few hundred kilobytes; waits while the reader is behind.
    ///
    /// # Errors
    /// The reader has gone.
    pub async fn send(&mut self, bytes: Bytes) -> Result<(), Gone> {
        while self.sent - self.taken >= WINDOW {
            let word = tokio::time::timeout(PATIENCE, self.flow.next()).await;
            let word = word.ok().flatten().ok_or(Gone)?;
            self.taken = count(&word.payload).ok_or(Gone)?.clamp(self.taken, self.sent);
        }
        self.sent += 1;
        let headers = part(format_args!("data {}", self.sent));
        self.client.publish_with_headers(self.to.clone(), headers, bytes).await.map_err(|_| Gone)
    }

    async fn end(self) -> Result<(), Gone> {
        let headers = part(format_args!("end {}", self.sent));
        let sent = self.client.publish_with_headers(self.to, headers, Bytes::new()).await;
        sent.map_err(|_| Gone)
    }
}

fn part(what: impl Display) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(PART, what.to_string().as_str());
    headers
}

fn count(payload: &[u8]) -> Option<u64> {
    payload.try_into().ok().map(u64::from_be_bytes)
}
