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
use tracing::Instrument;

use crate::ask::REFUSED;
use crate::{Bus, BusError, envelope, trace};

/// Questions of one kind that are answered at the same time, per replica.
const CONCURRENCY: usize = 64;

/// How long the end of the subscription may take, which does not come while the broker is away.
const LAST_QUESTIONS: Duration = Duration::from_secs(1);

type Answer = Arc<dyn Fn(Bytes) -> BoxFuture<'static, Result<Vec<u8>, Refusal>> + Send + Sync>;

/// The questions that a service answers, collected before it starts.
pub struct Answers {
    bus: Bus,
    answers: Vec<(&'static str, Answer)>,
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
        let erased: Answer = Arc::new(move |body| {
            let answer = answer.clone();
            Box::pin(async move {
                let question =
                    Q::decode(body).map_err(|_| Refusal::invalid("", "The question cannot be read."))?;
                Ok(answer(question).await?.encode_to_vec())
            })
        });
        self.answers.push((Q::SUBJECT, erased));
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
        for (subject, answer) in answers {
            let endpoint = service.endpoint_builder().name(subject.replace('.', "-"));
            let endpoint = endpoint.add(bus.namespace.subject(subject)).await.map_err(BusError::broker)?;
            let stop = context.shutdown.token();
            context.spawn(subject, answer_until(endpoint, subject, answer, stop));
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
    subject: &'static str,
    answer: Answer,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let slots = Arc::new(Semaphore::new(CONCURRENCY));
    while let Some(request) = next(&mut endpoint, &stop).await {
        let Ok(permit) = slots.clone().acquire_owned().await else { break };
        let answer = answer.clone();
        tokio::spawn(async move {
            reply(subject, request, answer).await;
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

async fn reply(subject: &'static str, request: Request, answer: Answer) {
    let span = trace::answering(subject, &envelope::from_nats(request.message.headers.as_ref()));
    let answering = AssertUnwindSafe(answer(request.message.payload.clone())).catch_unwind();
    let answered = answering
        .instrument(span.clone())
        .await
        .unwrap_or_else(|_| Err(Refusal::new(refusal::Code::Internal, "Something went wrong on our side.")));
    let sent = match answered {
        Ok(body) => request.respond(Ok(body.into())).await,
        Err(refusal) => {
            span.record("error.type", refusal.code().as_str_name());
            let mut headers = HeaderMap::new();
            headers.insert(REFUSED, status(refusal.code()));
            request.respond_with_headers(Ok(refusal.encode_to_vec().into()), headers).await
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
