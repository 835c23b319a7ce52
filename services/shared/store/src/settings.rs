//! Settings of the database and of the keys that seal its columns.

use coffer_runtime::Secret;
use serde::{Deserialize, Serialize};

/// How to reach the service's own database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseSettings {
    /// `postgres://user:password@host:port/database`.
    pub url: Secret,
    /// Connections of this process at the most.
    pub max_connections: u32,
    /// How long a task waits for a free connection, in milliseconds.
    pub acquire_timeout_ms: u64,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self { url: Secret::default(), max_connections: 8, acquire_timeout_ms: 5_000 }
    }
}

/// Keys that seal identifiable data at rest.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SealingSettings {
    /// The first key seals; all of them open. To rotate, put a new key in front.
    pub keys: Vec<SealingKey>,
    /// Key of the blind indexes, base64 of 32 bytes. It cannot be rotated without rebuilding the indexes.
    pub index_key: Secret,
}

/// One sealing key.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealingKey {
    /// Name of the key, stored beside each sealed value; 1 to 32 letters, digits, hyphens.
    pub id: String,
    /// Base64 of 32 random bytes.
    pub key: Secret,
}

/// The key of demo and test; published, so it protects nothing.
const DEMO_KEY: &str = "Q29mZmVyIGRlbW8ga2V5LCBwcm90ZWN0cyBub3RoaW4=";
const DEMO_INDEX_KEY: &str = "Q29mZmVyIGRlbW8gaW5kZXgga2V5LCBub3Qgc2VjcmU=";

impl Default for SealingSettings {
    fn default() -> Self {
        Self {
            keys: vec![SealingKey { id: "demo".to_owned(), key: DEMO_KEY.into() }],
            index_key: DEMO_INDEX_KEY.into(),
        }
    }
}

impl SealingSettings {
    /// Whether one of the published demo keys is in use: production refuses to start with it.
    pub fn is_demo(&self) -> bool {
        self.index_key.expose() == DEMO_INDEX_KEY || self.keys.iter().any(|key| key.key.expose() == DEMO_KEY)
    }
}
