//! Rules by which the sink answers otherwise than with yes.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// The places in a conversation where a rule can act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Before the greeting.
    Connect,
    /// EHLO or HELO.
    Ehlo,
    /// MAIL FROM
    Mail,
    /// RCPT TO
    Rcpt,
    /// DATA
    Data,
    /// The dot after the message.
    EndOfData,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SinkAction {
    /// Answers with this code; a message is kept only at a code of 2xx.
    Reply(u16),
    /// Never answers; a message is not kept.
    Hang,
    /// Closes the connection; a message is not kept.
    Close,
    /// Keeps the message, then closes without an answer: the sender cannot know.
    KeepAndClose,
}

/// One rule, for some commands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SinkRule {
    /// Where it acts.
    pub verb: Verb,
    /// What it does.
    pub action: SinkAction,
    /// For how many commands.
    #[serde(default = "once")]
    pub times: u32,
}

impl SinkRule {
    /// Answers the next `times` commands with a code.
    pub const fn reply(verb: Verb, code: u16, times: u32) -> Self {
        Self { verb, action: SinkAction::Reply(code), times }
    }

    /// Does something once.
    pub const fn once(verb: Verb, action: SinkAction) -> Self {
        Self { verb, action, times: 1 }
    }
}

const fn once() -> u32 {
    1
}

/// The rules that still wait for their commands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script(Arc<Mutex<Vec<SinkRule>>>);

impl Script {
    pub(crate) fn add(&self, rule: SinkRule) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(rule);
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What to do at this place, if anything special; uses the rule up.
    pub(crate) fn take(&self, verb: Verb) -> Option<SinkAction> {
        let mut rules = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rule = rules.iter_mut().find(|rule| rule.verb == verb && rule.times > 0)?;
        rule.times -= 1;
        let action = rule.action;
        rules.retain(|rule| rule.times > 0);
        Some(action)
    }
}
