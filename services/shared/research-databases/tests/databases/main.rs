//! Research databases: real ones, seen through the trait and through their own lists of processes.
//!
//! Each test has several threads: one waits while its database is dropped, and another ends sessions meanwhile.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod mariadb;
mod mariadb_types;
mod postgres;
mod postgres_limits;
mod postgres_types;
mod sqlserver;
mod support;
