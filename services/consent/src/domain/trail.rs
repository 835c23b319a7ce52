//! How a decision writes down its tests while it goes, and ends at the first that stops it.

use std::collections::BTreeMap;

use super::steps::{Rule, Step, StepResult};

/// A test stopped the request; the trail tells which.
#[derive(Debug)]
pub(super) struct Ended;

/// What one test found, before it is filed under its rule.
pub(super) struct Verdict {
    result: StepResult,
    sentence: String,
    inputs: BTreeMap<String, String>,
}

impl Verdict {
    fn new(result: StepResult, sentence: impl Into<String>) -> Self {
        Self { result, sentence: sentence.into(), inputs: BTreeMap::new() }
    }

    pub(super) fn pass(sentence: impl Into<String>) -> Self {
        Self::new(StepResult::Passed, sentence)
    }

    pub(super) fn stop(sentence: impl Into<String>) -> Self {
        Self::new(StepResult::Stopped, sentence)
    }

    pub(super) fn stop_if(stops: bool, if_so: impl Into<String>, else_: impl Into<String>) -> Self {
        if stops { Self::stop(if_so) } else { Self::pass(else_) }
    }

    pub(super) fn warn_if(warns: bool, if_so: impl Into<String>, else_: impl Into<String>) -> Self {
        if warns { Self::new(StepResult::Warned, if_so) } else { Self::pass(else_) }
    }

    /// Adds something that the test looked at.
    #[expect(clippy::needless_pass_by_value, reason = "callers pass numbers and words alike")]
    pub(super) fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.inputs.insert(name.to_owned(), value.to_string());
        self
    }
}

/// The tests so far.
#[derive(Default)]
pub(super) struct Trail(Vec<Step>);

impl Trail {
    /// Files a test; an error when it stops the request.
    pub(super) fn note(&mut self, rule: Rule, verdict: Verdict) -> Result<(), Ended> {
        let Verdict { result, sentence, inputs } = verdict;
        self.0.push(Step { rule, result, sentence, inputs });
        if result == StepResult::Stopped { Err(Ended) } else { Ok(()) }
    }

    /// Files the last test, which decides.
    pub(super) fn decide(&mut self, rule: Rule, sentence: &str) {
        let inputs = BTreeMap::new();
        self.0.push(Step { rule, result: StepResult::Decided, sentence: sentence.to_owned(), inputs });
    }

    /// The rule that ended it, and all tests. Every trail starts with R00.
    pub(super) fn finish(self) -> (Rule, Vec<Step>) {
        (self.0.last().map_or(Rule::R00, |step| step.rule), self.0)
    }
}
