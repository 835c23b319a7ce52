//! What operators count: tries by outcome and reply class, and how much waits for how long.

use chrono::{DateTime, Utc};
use coffer_runtime::telemetry::meter;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge};

use crate::domain::state::State;
use crate::domain::verdict::Verdict;
use crate::store::Depth;

/// The states that are not an end.
const OPEN: [State; 5] =
    [State::Accepted, State::Claimed, State::HandingOver, State::Deferred, State::Doubtful];

/// The instruments of the mailer.
pub(crate) struct Metrics {
    tries: Counter<u64>,
    waiting: Gauge<u64>,
    oldest: Gauge<f64>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let meter = meter();
        Self {
            tries: meter
                .u64_counter("mail_tries")
                .with_description("Tries to send an e-mail, by outcome and class of the server's reply")
                .build(),
            waiting: meter
                .u64_gauge("mail_waiting")
                .with_description("E-mails in a state that is not an end")
                .build(),
            oldest: meter
                .f64_gauge("mail_oldest_seconds")
                .with_description("Age of the oldest e-mail in a state that is not an end")
                .with_unit("s")
                .build(),
        }
    }

    /// A try ended.
    pub(crate) fn tried(&self, verdict: &Verdict) {
        self.tries.add(
            1,
            &[
                KeyValue::new("outcome", verdict.outcome.state().as_str()),
                KeyValue::new("reply_class", verdict.reply_class),
            ],
        );
    }

    /// How much waits now. States without e-mails are told as zero, so that a gauge never sticks.
    pub(crate) fn depth(&self, depth: &[Depth], now: DateTime<Utc>) {
        for state in OPEN {
            let row = depth.iter().find(|row| row.state == state.as_str());
            let labels = [KeyValue::new("state", state.as_str())];
            self.waiting.record(row.map_or(0, |row| row.count.unsigned_abs()), &labels);
            let age = row.map_or(0.0, |row| (now - row.oldest).as_seconds_f64().max(0.0));
            self.oldest.record(age, &labels);
        }
    }
}
