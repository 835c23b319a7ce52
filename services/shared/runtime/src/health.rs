//! What the probes say: whether the service has started, and which of its parts work.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use serde::Serialize;

/// How long one part may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

type Check = Arc<dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync>;

/// The named parts of `/readyz`; clones share them.
#[derive(Clone, Default)]
pub struct Health {
    started: Arc<AtomicBool>,
    checks: Arc<RwLock<Vec<(&'static str, Check)>>>,
}

impl Health {
    /// Adds a part. The sentence of an error is shown to operators, so it names no person and no secret.
    pub fn check(
        &self,
        name: &'static str,
        check: impl Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync + 'static,
    ) {
        let mut checks = self.checks.write().unwrap_or_else(PoisonError::into_inner);
        checks.retain(|(known, _)| *known != name);
        checks.push((name, Arc::new(check)));
    }

    /// Whether start-up is complete.
    pub fn has_started(&self) -> bool {
        self.started.load(Ordering::Acquire)
    }

    pub(crate) fn mark_started(&self) {
        self.started.store(true, Ordering::Release);
    }

    /// Asks all parts at the same time.
    pub async fn report(&self) -> Report {
        let checks = self.checks.read().unwrap_or_else(PoisonError::into_inner).clone();
        let answers = join_all(checks.into_iter().map(|(name, check)| async move {
            let answer = tokio::time::timeout(PATIENCE, check()).await;
            (name, answer.unwrap_or_else(|_| Err("no answer within a second".to_owned())))
        }));
        Report { parts: answers.await.into_iter().map(|(name, answer)| (name, Part::from(answer))).collect() }
    }
}

/// The answers of all parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// By name of the part.
    pub parts: BTreeMap<&'static str, Part>,
}

impl Report {
    /// Whether every part works.
    pub fn is_well(&self) -> bool {
        self.parts.values().all(|part| part.ok)
    }
}

/// The answer of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Whether it works.
    pub ok: bool,
    /// What is wrong, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

impl From<Result<(), String>> for Part {
    fn from(answer: Result<(), String>) -> Self {
        Self { ok: answer.is_ok(), problem: answer.err() }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_part_that_hangs_is_named_and_the_others_still_answer() {
        let health = Health::default();
        health.check("broker", || async { Ok(()) }.boxed());
        health.check("database", || std::future::pending().boxed());
        let report = health.report().await;
        assert!(!report.is_well());
        assert!(report.parts["broker"].ok);
        assert_eq!(report.parts["database"].problem.as_deref(), Some("no answer within a second"));
    }

    #[tokio::test]
    async fn a_part_registered_twice_counts_once() {
        let health = Health::default();
        health.check("broker", || async { Err("away".to_owned()) }.boxed());
        health.check("broker", || async { Ok(()) }.boxed());
        assert!(health.report().await.is_well());
    }
}
