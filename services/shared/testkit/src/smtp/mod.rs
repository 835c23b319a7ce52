//! An SMTP server that keeps what it gets, and answers as a test tells it to.

mod message;
mod script;
mod session;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

pub use message::{SinkAttachment, SinkMessage};
pub use script::{SinkAction, SinkRule, Verb};

pub(crate) use script::Script;
use session::Session;

/// A running server; it ends with this value.
#[derive(Debug)]
pub struct SmtpSink {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it got.
    pub inbox: Inbox,
    script: Script,
    _server: AbortOnDropHandle<()>,
}

impl SmtpSink {
    /// Starts on a free port of this machine.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start() -> Self {
        Self::listen(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a free port for the SMTP sink")
    }

    /// Starts on an address.
    pub async fn listen(address: SocketAddr) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (inbox, script) = (Inbox::default(), Script::default());
        let server = tokio::spawn(serve(listener, inbox.clone(), script.clone()));
        Ok(Self { address, inbox, script, _server: AbortOnDropHandle::new(server) })
    }

    /// All messages, oldest first.
    pub fn messages(&self) -> Vec<SinkMessage> {
        self.inbox.messages()
    }

    /// The messages, as soon as there are at least `count`.
    ///
    /// # Panics
    /// When there are fewer after `patience`.
    pub async fn wait_for(&self, count: usize, patience: Duration) -> Vec<SinkMessage> {
        let mut changes = self.inbox.changed.subscribe();
        let waited = tokio::time::timeout(patience, changes.wait_for(|have| *have >= count)).await;
        let messages = self.messages();
        assert!(waited.is_ok(), "waited for {count} messages, have {}: {messages:#?}", messages.len());
        messages
    }

    /// Adds a rule: the next `times` commands of its verb are answered by it.
    pub fn answer(&self, rule: SinkRule) {
        self.script.add(rule);
    }

    /// The way to add rules while the server is owned by somebody else.
    pub(crate) fn script(&self) -> Script {
        self.script.clone()
    }
}

/// The messages that came; clones share them.
#[derive(Debug, Clone)]
pub struct Inbox {
    messages: Arc<Mutex<Vec<SinkMessage>>>,
    changed: watch::Sender<usize>,
}

impl Default for Inbox {
    fn default() -> Self {
        Self { messages: Arc::default(), changed: watch::Sender::new(0) }
    }
}

impl Inbox {
    /// All messages, oldest first.
    pub fn messages(&self) -> Vec<SinkMessage> {
        self.lock().clone()
    }

    /// Forgets all messages.
    pub fn clear(&self) {
        self.lock().clear();
        self.changed.send_replace(0);
    }

    pub(crate) fn keep(&self, message: SinkMessage) {
        let mut messages = self.lock();
        messages.push(message);
        self.changed.send_replace(messages.len());
    }

    fn lock(&self) -> MutexGuard<'_, Vec<SinkMessage>> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes connections until it is aborted, which ends their sessions too.
async fn serve(listener: TcpListener, inbox: Inbox, script: Script) {
    let mut sessions = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let session = Session::new(stream, inbox.clone(), script.clone());
        sessions.spawn(session.run());
        while sessions.try_join_next().is_some() {}
    }
}
