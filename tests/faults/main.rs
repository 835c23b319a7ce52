//! What may break, breaks here: the promise is nothing lost and nothing twice.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod kill;
