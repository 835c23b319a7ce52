//! The section `[chassis]` that every service has.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use super::Problems;

/// Where a service runs; production refuses what only a demo may have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// The local stack with invented patients.
    #[default]
    Demo,
    /// Automated tests.
    Test,
    /// Real patients.
    Production,
}

impl Environment {
    /// Whether real patients are behind it.
    pub fn is_production(self) -> bool {
        self == Self::Production
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Demo => "demo",
            Self::Test => "test",
            Self::Production => "production",
        })
    }
}

/// What the chassis itself can be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChassisSettings {
    /// Where the service runs.
    pub environment: Environment,
    /// Whether migrations and streams are set up at each start; off where a job with more rights does it.
    pub run_setup_at_start: bool,
    /// Address of probes and metrics; port 0 takes a free one.
    pub admin_listen: SocketAddr,
    /// Which log lines are written, as `info` or `info,coffer_bus=debug`.
    pub log: String,
    /// Where traces go by OTLP over gRPC, as `http://collector:4317`; nowhere if absent.
    pub otlp_endpoint: Option<String>,
    /// Share of the traces begun here that are recorded; a caller's decision goes first.
    pub trace_ratio: f64,
    /// How long tasks may finish their work after SIGTERM.
    pub drain_seconds: u64,
    /// Name of this replica; the host's name (the pod's) if absent.
    pub instance: Option<String>,
}

impl Default for ChassisSettings {
    fn default() -> Self {
        Self {
            environment: Environment::default(),
            run_setup_at_start: true,
            admin_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            log: "info".to_owned(),
            otlp_endpoint: None,
            trace_ratio: 1.0,
            drain_seconds: 25,
            instance: None,
        }
    }
}

impl ChassisSettings {
    /// The name of this replica.
    pub(crate) fn instance(&self) -> String {
        self.instance
            .clone()
            .or_else(|| std::env::var("HOSTNAME").ok().filter(|name| !name.is_empty()))
            .unwrap_or_else(|| Uuid::now_v7().to_string())
    }

    pub(super) fn validate(&self, problems: &mut Problems) {
        if let Err(error) = EnvFilter::try_new(&self.log) {
            problems.add("chassis.log", format!("is not a filter of log lines ({error})"));
        }
        problems.add_if(
            !(0.0..=1.0).contains(&self.trace_ratio),
            "chassis.trace_ratio",
            "must lie between 0 and 1",
        );
        problems.add_if(
            self.otlp_endpoint.as_deref().is_some_and(|url| !url.starts_with("http://")),
            "chassis.otlp_endpoint",
            "must begin with http:// (a collector beside the service takes the traces further)",
        );
    }
}
