//! Research databases: connections that can only read, and what a database tells of itself.

mod connection;
mod structure;

pub(crate) use connection::{connect, is_postgres_url};
pub(crate) use structure::read;
