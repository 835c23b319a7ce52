//! Settings of the connection to the broker.

use coffer_runtime::Secret;
use coffer_store::SealingSettings;
use serde::{Deserialize, Serialize};

/// How to reach the broker, and how patient to be.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BusSettings {
    /// `nats://host:port`, several separated by commas. Credentials in it would be ignored by the client.
    pub url: String,
    /// The seed of an nkey, or the content of a credentials file (JWT and seed); empty: none.
    pub credentials: Secret,
    /// Put in front of every subject and stream, so that tests and sites can share a broker. Empty in production.
    pub namespace: String,
    /// Copies of each stream: 3 in a cluster.
    pub replicas: usize,
    /// How long a question waits for its answer, in milliseconds.
    pub ask_timeout_ms: u64,
    /// Delays before a message is handled again, in seconds; after the last one it is parked.
    pub retry_seconds: Vec<u64>,
    /// Keys that seal commands on the broker's disk; the same for all services.
    pub sealing: SealingSettings,
}

impl Default for BusSettings {
    fn default() -> Self {
        Self {
            url: "nats://127.0.0.1:4222".to_owned(),
            credentials: Secret::default(),
            namespace: String::new(),
            replicas: 1,
            ask_timeout_ms: 2_000,
            retry_seconds: vec![5, 30, 120, 600, 3_600, 21_600],
            sealing: SealingSettings::default(),
        }
    }
}
