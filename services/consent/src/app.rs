//! What every handler of the service holds on to.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coffer_bus::Outbox;
use coffer_store::Keyring;
use coffer_types::Clock;
use sqlx::{PgPool, Postgres, Transaction};

use crate::config::Settings;
use crate::ports::clinical_source::ClinicalSource;
use crate::ports::identity_map::IdentityMap;
use crate::store::Result;

/// Shared by all handlers; clones are cheap.
#[derive(Clone)]
pub struct App {
    /// This service's own database.
    pub pool: PgPool,
    /// Keys of the sealed columns.
    pub keyring: Keyring,
    /// Where facts and commands go, inside the transaction that makes them true.
    pub outbox: Outbox,
    /// Where the present moment comes from.
    pub clock: Arc<dyn Clock>,
    /// Demographics, clinicians, consent from the clinical record.
    pub clinical_source: Arc<dyn ClinicalSource>,
    /// Research ids to NHS numbers.
    pub identity_map: Arc<dyn IdentityMap>,
    /// All settings.
    pub settings: Arc<Settings>,
}

impl App {
    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A transaction on this service's database.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        Ok(self.pool.begin().await?)
    }

    /// Commits, then wakes the relay, so that what was enqueued leaves at once.
    pub async fn commit(&self, tx: Transaction<'static, Postgres>) -> Result<()> {
        tx.commit().await?;
        self.outbox.wake();
        Ok(())
    }
}
