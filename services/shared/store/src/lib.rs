//! PostgreSQL as every service uses it: one pool, its migrations, and columns that only a key can read.
//! The tables of the outbox and the inbox belong here, since they stand in each service's own database.

mod keyring;
mod pool;
mod settings;

pub use keyring::{Keyring, Place, SealError};
pub use pool::{StoreError, connect, health, migrate};
pub use settings::{DatabaseSettings, SealingKey, SealingSettings};
