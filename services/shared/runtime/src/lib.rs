//! The chassis: settings, telemetry, probes, signals, drain. A service implements [`Service`], and its
//! whole `main` is [`run()`]. Every binary therefore starts, reports and stops in the same way.

mod admin;
mod context;
mod health;
mod http;
mod run;
mod service;
pub mod settings;
mod shutdown;
pub mod telemetry;
mod watchdog;

pub use context::Context;
pub use health::Health;
pub use http::trace_http;
pub use run::run;
pub use service::{NoCommands, Service};
pub use settings::{ChassisSettings, Environment, Problems, Secret, Settings};
pub use shutdown::Shutdown;
pub use tokio_util::sync::CancellationToken;
