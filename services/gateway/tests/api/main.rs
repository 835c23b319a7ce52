//! The JSON API on a real database and broker; consent and mailer are played by the test.
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
mod sessions;
mod traces;

/// The same site and the same fakes as the pages have.
#[path = "../site/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the pages' tests need more of it")]
mod support;
