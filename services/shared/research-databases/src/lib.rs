//! Research databases of three makes behind one trait: their structure, read-only queries, and their end.
//!
//! Each execution has a connection of its own, so that nothing of one reaches the next. The database itself
//! refuses to write and ends what takes too long; the gate in front (`coffer-query-gate`) is the other half.

mod address;
mod backend;
mod cell;
mod columns;
mod database;
mod deadline;
mod error;
mod guard;
mod mysql;
mod postgres;
mod sqlserver;
mod warning;

pub use address::{DatabaseAddress, InvalidAddress};
pub use backend::{Backend, InvalidBackend};
pub use database::{ColumnLine, Execution, Limits, ResearchDatabase, open};
pub use error::{ExecutionError, Problem};
