//! End-to-end journeys, contracts, faults, layer rules: what they share is a whole Coffer of their own.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test whose surroundings are missing must fail, with the sentence that says so"
)]

mod api;
mod databases;
mod process;
mod system;

pub use api::{Answer, Api};
pub use coffer_demo::Case;
pub use system::{System, SystemOptions};
