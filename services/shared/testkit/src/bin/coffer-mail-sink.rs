//! The local stack's mail server: keeps every message and shows it at a web address.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use coffer_testkit::{Inbox, SmtpSink, mailbox};

/// An SMTP server that delivers nothing.
#[derive(Parser)]
struct Arguments {
    /// Where mail is taken.
    #[arg(long, default_value = "127.0.0.1:1025")]
    smtp: SocketAddr,
    /// Where the mailbox is shown.
    #[arg(long, default_value = "127.0.0.1:8025")]
    http: SocketAddr,
    /// Where messages are kept beyond the end of the process.
    #[arg(long)]
    folder: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let inbox = match &arguments.folder {
        Some(folder) => Inbox::in_folder(folder).context("reading the kept messages")?,
        None => Inbox::default(),
    };
    let sink = SmtpSink::listen(arguments.smtp, inbox).await.context("listening for mail")?;
    let listener =
        tokio::net::TcpListener::bind(arguments.http).await.context("listening for the mailbox")?;
    axum::serve(listener, mailbox(&sink)).await.context("serving the mailbox")
}
