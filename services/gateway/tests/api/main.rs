//! The JSON API on a real database and broker; the services behind it are played by the test.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like the tests themselves"
)]

mod client;
mod consent_modes;
mod contact_requests;
mod document;
mod letters;
mod problems;
mod query_events;
mod query_results;
mod query_runs;
mod sessions;
mod traces;

/// The same site and the same fakes as the pages have.
#[path = "../site/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the pages' tests need more of it")]
mod support;
