//! End-to-end journeys, contracts, faults, layer rules: what they share is a whole Coffer of their own.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test whose surroundings are missing must fail, with the sentence that says so"
)]

mod api;
mod clinician_link;
mod databases;
mod person;
mod process;
mod queries;
mod system;

pub use api::{Answer, Api};
pub use clinician_link::{ClinicianLink, nonce_of};
pub use coffer_demo::Case;
pub use person::Person;
pub use system::{System, SystemOptions};

/// Where notices for the research database manager go in the demo.
pub const RDBM: &str = "research.database@nhs.example";
