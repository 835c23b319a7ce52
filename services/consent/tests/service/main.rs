//! The consent service as a whole, on a real PostgreSQL and a real broker, with the demo's patients behind it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests fail like the tests themselves"
)]

mod clinical_record;
mod clinician;
mod clinician_race;
mod consent_modes;
mod decisions;
mod guard;
mod letters;
mod mail_results;
mod patient;
mod postbox;
mod seeding;
mod sources;
mod store;
mod submissions;
mod timers;
mod withdrawals;
mod world;
