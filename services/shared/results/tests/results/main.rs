//! Stored results as their users see them, kept in memory.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod round_trip;
mod support;
