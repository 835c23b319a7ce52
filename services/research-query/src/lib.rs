//! Read-only queries on de-identified databases: runs them once, keeps the results, answers what the databases
//! contain. It never reaches the identity map or any identifiable database.

mod app;
mod config;
mod domain;
mod handlers;
mod highlighters;
mod live;
mod metrics;
mod objects;
mod progress;
mod refresh;
mod service;
mod store;
mod worker;

pub use config::{
    DatabaseLimits, LimitSettings, ResearchDatabaseSettings, ResearchQuerySettings, ResultSettings,
    SchemaSettings,
};
pub use service::ResearchQuery;
