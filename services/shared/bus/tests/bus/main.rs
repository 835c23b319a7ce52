//! The bus against a real database and a real broker.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod effects;
mod faults;
mod files;
mod link;
mod questions;
mod refusals;
mod support;
mod traces;
