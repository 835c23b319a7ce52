//! What operators count: how much waits and runs, how runs end, how long they take, how many rows they give.

use chrono::TimeDelta;
use coffer_runtime::telemetry::meter;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram};

use crate::domain::run::State;
use crate::store::runs::Depth;

/// The instruments of this service; clones share them.
#[derive(Clone)]
pub(crate) struct Metrics {
    open: Gauge<u64>,
    ended: Counter<u64>,
    rows: Counter<u64>,
    duration: Histogram<f64>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let meter = meter();
        Self {
            open: meter
                .u64_gauge("query_runs_open")
                .with_description("Runs that wait or run now, by state and database")
                .build(),
            ended: meter
                .u64_counter("query_runs_ended")
                .with_description("Runs that ended, by state and database")
                .build(),
            rows: meter
                .u64_counter("query_rows_stored")
                .with_description("Rows of stored results, by database")
                .build(),
            duration: meter
                .f64_histogram("query_run_duration")
                .with_description("From the start of a run to its end, by state and database")
                .with_unit("s")
                .build(),
        }
    }

    /// A run ended after it was executed.
    pub(crate) fn ended(&self, state: State, database: &str, rows: u64, took: TimeDelta) {
        self.ended_waiting(state, database);
        self.duration.record(took.as_seconds_f64().max(0.0), &labels(state.as_str(), database));
        if state == State::Done {
            self.rows.add(rows, &[KeyValue::new("database", database.to_owned())]);
        }
    }

    /// A run ended while it waited.
    pub(crate) fn ended_waiting(&self, state: State, database: &str) {
        self.ended.add(1, &labels(state.as_str(), database));
    }

    /// How much waits and runs now. Nothing is told as zero, so that a gauge never sticks.
    pub(crate) fn depth<'a>(&self, depth: &[Depth], databases: impl Iterator<Item = &'a str>) {
        for database in databases {
            for state in [State::Queued, State::Running].map(State::as_str) {
                let row = depth.iter().find(|row| row.database == database && row.state == state);
                let count = row.map_or(0, |row| row.count.unsigned_abs());
                self.open.record(count, &labels(state, database));
            }
        }
    }
}

fn labels(state: &'static str, database: &str) -> [KeyValue; 2] {
    [KeyValue::new("state", state), KeyValue::new("database", database.to_owned())]
}
