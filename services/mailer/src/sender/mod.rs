//! The workers: each takes a due e-mail, sends it, records what became of it, and keeps its connection for
//! the next one. A sweeper looks after what vanished workers left behind.

mod attempt;
mod guard;

pub use guard::Guard;

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use coffer_runtime::{CancellationToken, Context};
use coffer_types::Clock;
use tokio::sync::Notify;
use tracing::Instrument as _;

use crate::config::Settings;
use crate::domain::message::House;
use crate::domain::retry::{Jitter, RetryPolicy};
use crate::domain::safety_catch::SafetyCatch;
use crate::domain::verdict::Verdict;
use crate::metrics::Metrics;
use crate::smtp::{Connector, Kept};
use crate::store::{Claim, Emails, StoreError};
use crate::trace;

/// Pauses between tries to record what became of an e-mail: a short trouble of the database must not make a
/// sent e-mail doubtful.
const RECORDING_PAUSES: [Duration; 4] =
    [Duration::from_millis(100), Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(5)];

/// Pause after the database failed.
const TROUBLE_PAUSE: Duration = Duration::from_secs(1);

/// Sends what is due.
pub struct Sender {
    emails: Emails,
    connector: Connector,
    guard: Guard,
    house: House,
    catch: Option<SafetyCatch>,
    policy: RetryPolicy,
    lease: TimeDelta,
    hand_over_lease: TimeDelta,
    poll: Duration,
    sweep: Duration,
    workers: usize,
    wake: Arc<Notify>,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
}

impl Sender {
    /// Reads the settings; nothing runs yet.
    pub fn new(
        settings: &Settings,
        emails: Emails,
        guard: Guard,
        wake: Arc<Notify>,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            emails,
            connector: Connector::new(&settings.smtp)?,
            guard,
            house: settings.smtp.house()?,
            catch: settings.safety_catch.catch(),
            policy: settings.sending.retry_policy(),
            lease: settings.sending.lease(),
            hand_over_lease: settings.smtp.hand_over_lease(),
            poll: Duration::from_millis(settings.sending.poll_milliseconds),
            sweep: Duration::from_secs(settings.sending.sweep_seconds),
            workers: settings.sending.workers,
            wake,
            clock,
            metrics: Metrics::new(),
        })
    }

    /// Starts the workers and the sweeper.
    pub fn start(self, context: &Context) {
        let sender = Arc::new(self);
        for _ in 0..sender.workers {
            let (sender, stop) = (Arc::clone(&sender), context.shutdown.token());
            context.spawn("mail worker", async move {
                sender.work(stop).await;
                Ok(())
            });
        }
        let stop = context.shutdown.token();
        context.spawn("mail sweeper", async move {
            sender.tidy_up(stop).await;
            Ok(())
        });
    }

    async fn work(&self, stop: CancellationToken) {
        let mut kept = Kept::default();
        while !stop.is_cancelled() {
            match self.emails.claim(self.lease).await {
                Ok(Some(claim)) => self.send(&claim, &mut kept).await,
                Ok(None) => {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = self.wake.notified() => {}
                        () = tokio::time::sleep(self.poll) => kept.tidy(),
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "no e-mail could be claimed");
                    tokio::time::sleep(TROUBLE_PAUSE).await;
                }
            }
        }
    }

    /// One try, in the trace of the command that asked for the e-mail.
    async fn send(&self, claim: &Claim, kept: &mut Kept) {
        let span = tracing::info_span!(
            "smtp send",
            otel.kind = "client",
            server.address = self.connector.host(),
            server.port = self.connector.port(),
            email.id = %claim.origin.id,
            email.kind = claim.origin.kind,
            email.attempt = claim.tries.count + 1,
            email.outcome = tracing::field::Empty,
            smtp.reply_class = tracing::field::Empty,
        );
        trace::continue_from(&span, claim.traceparent.as_deref(), self.clock.now() - claim.accepted_at);
        async {
            match self.attempt(claim, kept).await {
                Ok(conclusion) => {
                    let jitter = Jitter(rand::random_range(-1.0..=1.0));
                    let verdict = conclusion.judge(&self.policy, claim.tries, self.clock.now(), jitter);
                    self.record(claim, &verdict).await;
                }
                Err(error) => tracing::error!(%error, "an e-mail was let go before its body was sent"),
            }
        }
        .instrument(span)
        .await;
    }

    async fn record(&self, claim: &Claim, verdict: &Verdict) {
        let outcome = verdict.outcome.state();
        let span = tracing::Span::current();
        span.record("email.outcome", outcome.as_str());
        span.record("smtp.reply_class", verdict.reply_class);
        let mut pauses = RECORDING_PAUSES.iter();
        loop {
            match self.emails.conclude(claim, verdict).await {
                Ok(()) => break,
                Err(error @ StoreError::Custody(_)) => {
                    return tracing::error!(%error, %outcome, "somebody took an e-mail over while it was sent");
                }
                Err(error) => match pauses.next() {
                    Some(&pause) => tokio::time::sleep(pause).await,
                    None => {
                        return tracing::error!(%error, %outcome, "the end of a try could not be recorded");
                    }
                },
            }
        }
        self.metrics.tried(verdict);
        tracing::info!(%outcome, reason = verdict.outcome.reason(), "e-mail tried");
    }

    async fn tidy_up(&self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.emails.sweep().await {
                Ok(0) => {}
                Ok(count) => {
                    tracing::warn!(
                        count,
                        "e-mails became doubtful: their worker vanished while handing over"
                    );
                    (0..count).for_each(|_| self.metrics.tried(&Verdict::vanished()));
                }
                Err(error) => tracing::error!(%error, "lapsed leases could not be swept"),
            }
            match self.emails.depth().await {
                Ok(depth) => self.metrics.depth(&depth, self.clock.now()),
                Err(error) => tracing::error!(%error, "the queue could not be measured"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(self.sweep) => {}
            }
        }
    }
}
