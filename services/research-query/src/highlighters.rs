//! Highlighters of the people who read results just now, made ready once for each state of their lists.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use coffer_types::UserId;

use crate::domain::highlighter::Highlighter;
use crate::store::Result;
use crate::store::highlights::{Highlight, Highlights, ListVersion};

/// Bytes of highlighters that are kept.
const KEPT_BYTES: usize = 32 * 1024 * 1024;
const KEPT: usize = 32;

/// The active highlights of a person, ready to be looked for.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    /// In their order.
    pub(crate) highlights: Vec<Highlight>,
    pub(crate) highlighter: Highlighter,
}

struct Kept {
    user: UserId,
    version: ListVersion,
    ready: Arc<Ready>,
}

/// The newest use is at the front.
#[derive(Default)]
pub(crate) struct Highlighters(Mutex<VecDeque<Kept>>);

impl Highlighters {
    /// The person's highlighter as of now.
    pub(crate) async fn of(&self, highlights: &Highlights, user: UserId) -> Result<Arc<Ready>> {
        // The version comes first: should the list change in between, it is made ready again the next time.
        let version = highlights.version(user).await?;
        if let Some(ready) = self.kept(user, version) {
            return Ok(ready);
        }
        let list = highlights.list(user).await?;
        let made = tokio::task::spawn_blocking(move || Ready::new(list)).await;
        let ready = Arc::new(made.unwrap_or_default());
        self.keep(Kept { user, version, ready: Arc::clone(&ready) });
        Ok(ready)
    }

    fn kept(&self, user: UserId, version: ListVersion) -> Option<Arc<Ready>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = all.iter().position(|kept| kept.user == user && kept.version == version)?;
        let kept = all.remove(index)?;
        let ready = Arc::clone(&kept.ready);
        all.push_front(kept);
        Some(ready)
    }

    fn keep(&self, new: Kept) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|kept| kept.user != new.user);
        all.push_front(new);
        let mut bytes = 0;
        let fitting = all.iter().take(KEPT).take_while(|kept| {
            bytes += kept.ready.highlighter.memory();
            bytes <= KEPT_BYTES
        });
        let fitting = fitting.count();
        all.truncate(fitting);
    }
}

impl Ready {
    /// Terms were checked when they were saved; should they not fit any more, results are shown without marks.
    fn new(list: Vec<Highlight>) -> Self {
        let highlights: Vec<_> = list.into_iter().filter(|highlight| highlight.active).collect();
        let terms: Vec<_> = highlights.iter().map(Highlight::term).collect();
        let Ok(highlighter) = Highlighter::new(&terms) else {
            tracing::error!("the highlights of a person cannot be used together");
            return Self::default();
        };
        Self { highlights, highlighter }
    }
}
