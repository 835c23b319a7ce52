//! Real services for tests: database, broker, SMTP sink, OTLP collector, browser.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose surroundings are missing must fail, with the sentence that says so"
)]

mod blocking;
mod broker;
mod browser;
mod database;
mod mailbox;
mod mailbox_page;
mod mariadb;
mod python;
mod shared;
mod smtp;
mod traces;

pub use broker::{TestBroker, broker};
pub use browser::{Browser, Violation, ViolationNode};
pub use database::{TestDatabase, database};
pub use mailbox::mailbox;
pub use mariadb::{TestMariaDb, mariadb};
pub use python::python;
pub use smtp::{Inbox, SinkAction, SinkAttachment, SinkMessage, SinkRule, SmtpSink, Verb};
pub use traces::{SpanData, TraceCollector};
