//! Read-only queries on de-identified databases. It answers what they contain; it never reaches the
//! identity map or any identifiable database.

mod config;
mod domain;
mod handlers;
mod refresh;
mod service;
mod store;

pub use config::{ResearchDatabaseSettings, ResearchQuerySettings, SchemaSettings};
pub use service::ResearchQuery;
