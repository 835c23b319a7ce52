//! The answering side of questions: a NATS micro-service, whose replicas share the load.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::service::endpoint::Endpoint;
use async_nats::service::{Request, ServiceExt};
use bytes::Bytes;
use coffer_proto::Question;
use coffer_proto::common::v1::{Refusal, refusal};
use coffer_runtime::{CancellationToken, Context};
use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt};
use prost::Message as _;
use tokio::sync::Semaphore;
use tracing::{Instrument, Span};

use crate::ask::REFUSED;
use crate::{Bus, BusError, envelope, trace};

/// Questions of one kind that are answered at the same time, per replica.
const CONCURRENCY: usize = 64;

/// How long the end of the subscription may take, which does not come while the broker is away.
const LAST_QUESTIONS: Duration = Duration::from_secs(1);

/// Answers one question, refusals and panics included.
pub(crate) type Respond = Arc<dyn Fn(Request) -> BoxFuture<'static, ()> + Send + Sync>;

/// The questions that a service answers, collected before it starts.
pub struct Answers {
    pub(crate) bus: Bus,
    pub(crate) answers: Vec<(&'static str, Respond)>,
}

impl Bus {
    /// Begins the list of questions that this service answers.
    pub fn answers(&self) -> Answers {
        Answers { bus: self.clone(), answers: Vec::new() }
    }
}

impl Answers {
    /// Answers questions of type `Q` by `answer`.
    #[must_use]
    pub fn on<Q, F, Fut>(mut self, answer: F) -> Self
    where
        Q: Question,
        F: Fn(Q) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Q::Answer, Refusal>> + Send + 'static,
    {
        let answer = Arc::new(answer);
        let respond: Respond = Arc::new(move |request| {
            let answer = answer.clone();
            Box::pin(async move {
                let body = request.message.payload.clone();
                let answered = async move { Ok(answer(question::<Q>(body)?).await?.encode_to_vec()) };
                reply(Q::SUBJECT, request, answered).await;
            })
        });
        self.answers.push((Q::SUBJECT, respond));
        self
    }

    /// Starts to answer; stops with the service, after the answers under way.
    ///
    /// # Errors
    /// The broker refuses the subscriptions.
    pub async fn serve(self, context: &Context) -> Result<(), BusError> {
        let Self { bus, answers } = self;
        let name = format!("coffer-{}", bus.service);
        let builder = bus.client.service_builder();
        let service = builder.start(name, env!("CARGO_PKG_VERSION")).await.map_err(BusError::broker)?;
        for (subject, respond) in answers {
            let endpoint = service.endpoint_builder().name(subject.replace('.', "-"));
            let endpoint = endpoint.add(bus.namespace.subject(subject)).await.map_err(BusError::broker)?;
            let stop = context.shutdown.token();
            context.spawn(subject, answer_until(endpoint, respond, stop));
        }
        // The subscriptions have reached the broker before the service says that it is ready.
        bus.client.flush().await.map_err(BusError::broker)?;
        let stop = context.shutdown.token();
        context.spawn("micro-service", async move {
            stop.cancelled().await;
            let _ = service.stop().await;
            Ok(())
        });
        Ok(())
    }
}

async fn answer_until(
    mut endpoint: Endpoint,
    respond: Respond,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let slots = Arc::new(Semaphore::new(CONCURRENCY));
    while let Some(request) = next(&mut endpoint, &stop).await {
        let Ok(permit) = slots.clone().acquire_owned().await else { break };
        let answered = respond(request);
        tokio::spawn(async move {
            answered.await;
            drop(permit);
        });
    }
    anyhow::ensure!(stop.is_cancelled(), "no questions come any more");
    let _ = slots.acquire_many(u32::try_from(CONCURRENCY).unwrap_or(u32::MAX)).await;
    Ok(())
}

/// The next question. After the stop those are answered that had come before it; then there are no more.
async fn next(endpoint: &mut Endpoint, stop: &CancellationToken) -> Option<Request> {
    match stop.run_until_cancelled(endpoint.next()).await {
        Some(request) => request,
        None => tokio::time::timeout(LAST_QUESTIONS, endpoint.next()).await.ok().flatten(),
    }
}

/// Reads a question.
pub(crate) fn question<Q: Question>(body: Bytes) -> Result<Q, Refusal> {
    Q::decode(body).map_err(|_| Refusal::invalid("", "The question cannot be read."))
}

/// Waits for an answer in the span of its question; a panic is a refusal too.
pub(crate) async fn caught<T>(
    span: &Span,
    answer: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    let answered = AssertUnwindSafe(answer).catch_unwind().instrument(span.clone()).await;
    let answered = answered
        .unwrap_or_else(|_| Err(Refusal::new(refusal::Code::Internal, "Something went wrong on our side.")));
    if let Err(refusal) = &answered {
        span.record("error.type", refusal.code().as_str_name());
    }
    answered
}

/// The headers of a refusal.
pub(crate) fn refused(refusal: &Refusal) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(REFUSED, status(refusal.code()));
    headers
}

async fn reply(
    subject: &'static str,
    request: Request,
    answer: impl Future<Output = Result<Vec<u8>, Refusal>>,
) {
    let span = trace::answering(subject, &envelope::from_nats(request.message.headers.as_ref()));
    let sent = match caught(&span, answer).await {
        Ok(body) => request.respond(Ok(body.into())).await,
        Err(refusal) => {
            request.respond_with_headers(Ok(refusal.encode_to_vec().into()), refused(&refusal)).await
        }
    };
    if sent.is_err() {
        tracing::debug!(subject, "the asker has gone");
    }
}

/// The code of the micro-service protocol, after HTTP.
fn status(code: refusal::Code) -> &'static str {
    match code {
        refusal::Code::Invalid => "422",
        refusal::Code::Forbidden => "403",
        refusal::Code::NotFound => "404",
        refusal::Code::Conflict => "409",
        refusal::Code::Unavailable => "503",
        refusal::Code::Internal | refusal::Code::Unspecified => "500",
    }
}
