//! What every handler of the service holds on to.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use coffer_bus::Outbox;
use coffer_letters::Typesetter;
use coffer_store::Keyring;
use coffer_types::{Clock, ContactRequestId};
use sqlx::{PgPool, Postgres, Transaction};

use crate::config::Settings;
use crate::mails::House;
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
    /// Sets letters.
    pub typesetter: Arc<Typesetter>,
    /// All settings.
    pub settings: Arc<Settings>,
}

impl App {
    /// The present moment.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Who writes our e-mails.
    pub fn mail_house(&self) -> House {
        House {
            organisation: self.settings.house.name.clone(),
            rdbm_email: self.settings.process.rdbm_email.clone(),
        }
    }

    /// The address of a request's page.
    pub fn request_link(&self, request: ContactRequestId) -> String {
        let base = self.settings.process.public_url.trim_end_matches('/');
        format!("{base}/contact-requests/{request}")
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
