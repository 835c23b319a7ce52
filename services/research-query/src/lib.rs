//! Read-only queries on de-identified databases: runs them once, keeps the results, answers what the databases
//! contain. It never reaches the identity map or any identifiable database.

mod app;
mod config;
mod domain;
mod handlers;
mod refresh;
mod service;
mod store;

pub use config::{
    DatabaseLimits, LimitSettings, ResearchDatabaseSettings, ResearchQuerySettings, ResultSettings,
    SchemaSettings,
};
pub use service::ResearchQuery;
