//! An SMTP server that keeps what it gets, and answers as a test tells it to.

mod inbox;
mod message;
mod script;
mod session;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::task::AbortOnDropHandle;

pub use inbox::Inbox;
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
        Self::listen(SocketAddr::from(([127, 0, 0, 1], 0)), Inbox::default())
            .await
            .expect("a free port for the SMTP sink")
    }

    /// Starts on an address, with what an inbox holds already.
    pub async fn listen(address: SocketAddr, inbox: Inbox) -> std::io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let script = Script::default();
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
        let mut changes = self.inbox.count();
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

/// Takes connections until it is aborted, which ends their sessions too.
async fn serve(listener: TcpListener, inbox: Inbox, script: Script) {
    let mut sessions = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let session = Session::new(stream, inbox.clone(), script.clone());
        sessions.spawn(session.run());
        while sessions.try_join_next().is_some() {}
    }
}
