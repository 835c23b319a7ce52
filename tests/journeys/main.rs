//! What people do, from end to end, on a whole Coffer: real services, database, broker, mail and browser.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod bad_input;
mod browser;
mod cases;
mod clinician_link;
mod guides;
mod trace;
mod whole_way;
