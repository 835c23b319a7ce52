//! The service as others meet it: started in process, asked over a real broker, on real databases.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod cancelling;
mod exports;
mod helpers;
mod highlights;
mod limits;
mod mariadb;
mod marks;
mod people;
mod queue;
mod results;
mod runs;
mod saved_queries;
mod schema;
mod standard_queries;
mod submitting;
mod takeover;
mod telling;
mod world;
