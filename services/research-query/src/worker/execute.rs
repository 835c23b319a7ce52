//! One execution: through the gate, into the database, row by row into the stored result.

use std::sync::Arc;

use coffer_query_gate::Admitted;
use coffer_research_databases::{Backend, Execution, ExecutionError};
use coffer_results::ResultWriter;
use coffer_runtime::CancellationToken;
use futures::StreamExt as _;
use tokio::sync::watch;

use super::holder::{Progress, Stop, hold};
use super::{LEASE, limits};
use crate::app::{App, Offered};
use crate::domain::words;
use crate::store::StoreError;
use crate::store::runs::{Claim, Ending, Measure, Stored};

/// What an execution came to.
pub(super) enum Outcome {
    /// An end, to be recorded.
    Ended(Ending),
    /// The process ends; another one will execute it.
    GivenBack,
    /// Somebody else has the run.
    Lost,
}

impl Outcome {
    fn failed(sentence: impl Into<String>) -> Self {
        Self::Ended(Ending::Failed(sentence.into()))
    }

    fn timed_out(offered: &Offered) -> Self {
        Self::Ended(Ending::TimedOut(words::too_long(offered.limits.run_seconds)))
    }

    fn stopped(reason: Stop, offered: &Offered) -> Self {
        match reason {
            Stop::Cancelled => Self::Ended(Ending::Cancelled),
            Stop::TimedOut => Self::timed_out(offered),
            Stop::Shutdown => Self::GivenBack,
            Stop::Lost => Self::Lost,
        }
    }

    fn broken(error: &ExecutionError, offered: &Offered) -> Self {
        match error {
            ExecutionError::TimedOut => Self::timed_out(offered),
            error => Self::failed(error.to_string()),
        }
    }
}

/// Executes a claimed run. Its rights and the rules may have changed since it was submitted, so it passes the
/// gate again, with no more than its user's own rights.
pub(super) async fn execute(app: &App, claim: &Claim, shutdown: &CancellationToken) -> (Outcome, Measure) {
    let run = &claim.run;
    let Some(offered) = app.database(&claim.person, &run.database) else {
        return (Outcome::failed(words::NOT_OFFERED), Measure::default());
    };
    let admitted = match run.query.admit(&offered.gate, run.purpose) {
        Ok(admitted) => admitted,
        Err(refused) => return (Outcome::failed(refused.sentence), Measure::default()),
    };
    let progress = Progress::default();
    let (stop, stopped) = watch::channel(None);
    let attempt =
        Attempt { app, claim, offered: &offered, admitted: &admitted, progress: &progress, stopped };
    let outcome = tokio::select! {
        outcome = attempt.run() => outcome,
        () = hold(app, claim, &progress, offered.limits.run_time(), shutdown, stop) => Outcome::Lost,
    };
    (outcome, progress.get())
}

/// What the steps of one execution share.
struct Attempt<'a> {
    app: &'a App,
    claim: &'a Claim,
    offered: &'a Offered,
    admitted: &'a Admitted,
    progress: &'a Progress,
    stopped: watch::Receiver<Option<Stop>>,
}

impl Attempt<'_> {
    async fn run(mut self) -> Outcome {
        let (database, app) = (Arc::clone(&self.offered.database), self.app);
        let prepare = async {
            // A database that does not answer says so when it is to execute.
            let version = database.data_version().await.unwrap_or_default();
            let limits = limits::of_execution(&self.offered.limits);
            database.execute(self.admitted, &limits).await.map(|execution| (version, execution))
        };
        let prepared = tokio::select! {
            reason = stop_of(&mut self.stopped) => return Outcome::stopped(reason, self.offered),
            prepared = prepare => prepared,
        };
        let (version, execution) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return Outcome::broken(&error, self.offered),
        };
        let backend = execution.backend.clone();
        match app.runs.begin_work(self.claim, LEASE, &backend.to_string()).await {
            Ok(()) => {}
            Err(StoreError::Custody(_)) => return Outcome::Lost,
            Err(error) => {
                tracing::error!(%error, "who works for a run could not be kept");
                return Outcome::GivenBack;
            }
        }
        self.store(execution, version).await
    }

    /// Stores the rows as they come.
    async fn store(&mut self, execution: Execution, version: Option<String>) -> Outcome {
        let Execution { backend, schema, mut batches } = execution;
        let (objects, keyring) = (Arc::clone(&self.app.objects), self.app.keyring.clone());
        let attempt = self.claim.attempt.unsigned_abs();
        let mut writer = ResultWriter::new(objects, keyring, self.claim.run.id, attempt, schema);
        let broken = loop {
            let step = async {
                match batches.next().await {
                    None => Ok(false),
                    Some(Err(error)) => Err(Outcome::broken(&error, self.offered)),
                    Some(Ok(batch)) => {
                        writer.write(batch).await.map(|()| true).map_err(|error| our_fault(&error))
                    }
                }
            };
            let stepped = tokio::select! {
                reason = stop_of(&mut self.stopped) => Err(Outcome::stopped(reason, self.offered)),
                stepped = step => stepped,
            };
            match stepped {
                Ok(true) => {}
                Ok(false) => return self.finish(writer, version).await,
                Err(outcome) => break outcome,
            }
            let measure = Measure { rows: writer.rows(), bytes: writer.bytes() };
            self.progress.set(measure);
            if let Some(sentence) = limits::passed(&self.offered.limits, measure) {
                break Outcome::failed(sentence);
            }
        };
        drop(batches);
        self.end(&backend).await;
        writer.discard().await;
        broken
    }

    async fn finish(&mut self, writer: ResultWriter, version: Option<String>) -> Outcome {
        let manifest = match writer.finish().await {
            Ok(manifest) => manifest,
            Err(error) => {
                self.discard().await;
                return our_fault(&error);
            }
        };
        let measure = Measure { rows: manifest.rows, bytes: manifest.bytes };
        self.progress.set(measure);
        if let Some(sentence) = limits::passed(&self.offered.limits, measure) {
            self.discard().await;
            return Outcome::failed(sentence);
        }
        let sent = self.admitted.text().to_owned();
        let stored = Box::new(Stored { sent, manifest });
        let keep = self.app.settings.results.keep();
        Outcome::Ended(Ending::Done { stored, data_version: version, keep })
    }

    async fn discard(&self) {
        self.app.discard(self.claim.run.id, self.claim.attempt.unsigned_abs()).await;
    }

    /// Makes sure that nobody works for the run in the database any more.
    async fn end(&self, backend: &Backend) {
        if let Err(error) = self.offered.database.end(backend).await {
            tracing::warn!(%error, "the end of a query in the database is not confirmed");
        }
    }
}

/// Waits until the execution should stop.
async fn stop_of(stopped: &mut watch::Receiver<Option<Stop>>) -> Stop {
    // The hold lives as long as the execution, so the channel stays open.
    stopped.wait_for(Option::is_some).await.ok().and_then(|reason| *reason).unwrap_or(Stop::Lost)
}

fn our_fault(error: &coffer_results::ResultError) -> Outcome {
    let cause: &(dyn std::error::Error + 'static) = error;
    tracing::error!(cause, "a result could not be stored");
    Outcome::failed(words::OUR_FAULT)
}
