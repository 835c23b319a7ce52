//! The real site on a real database and broker; the services behind it are played by the test.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like the tests themselves"
)]

mod accessibility;
mod account;
mod audit;
mod clinician_answer;
mod consent_modes;
mod contact_requests;
mod databases;
mod errors;
mod highlights;
mod library;
mod live;
mod pages;
mod queries;
mod results;
mod runs;
mod security;
mod sign_in;
mod support;
