//! The local stack's mail server: keeps every message and shows it at a web address.

use std::net::SocketAddr;

use anyhow::Context as _;
use clap::Parser;
use coffer_testkit::{SmtpSink, mailbox};

/// An SMTP server that delivers nothing.
#[derive(Parser)]
struct Arguments {
    /// Where mail is taken.
    #[arg(long, default_value = "127.0.0.1:1025")]
    smtp: SocketAddr,
    /// Where the mailbox is shown.
    #[arg(long, default_value = "127.0.0.1:8025")]
    http: SocketAddr,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let sink = SmtpSink::listen(arguments.smtp).await.context("listening for mail")?;
    let listener =
        tokio::net::TcpListener::bind(arguments.http).await.context("listening for the mailbox")?;
    axum::serve(listener, mailbox(&sink)).await.context("serving the mailbox")
}
