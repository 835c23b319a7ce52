//! Research databases: real ones, seen through the trait and through their own lists of processes.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod mariadb;
mod mariadb_types;
mod postgres;
mod postgres_limits;
mod postgres_types;
mod sqlserver;
mod support;
