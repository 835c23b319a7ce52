//! Stored results as their users see them, kept in memory.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod files;
mod round_trip;
mod support;
mod view;
