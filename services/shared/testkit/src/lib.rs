//! Real services for tests: database, broker, SMTP sink, OTLP collector, browser.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test whose surroundings are missing must fail, with the sentence that says so"
)]

mod blocking;
mod broker;
mod database;
mod shared;

pub use broker::{TestBroker, broker};
pub use database::{TestDatabase, database};
