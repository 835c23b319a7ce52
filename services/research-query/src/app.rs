//! What every handler and worker of the service holds on to.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use coffer_bus::{Bus, Outbox};
use coffer_runtime::Context;
use coffer_store::Keyring;
use coffer_types::Clock;
use sqlx::{PgPool, Postgres, Transaction};

use crate::config::{LimitSettings, ResearchDatabaseSettings, ResearchQuerySettings};
use crate::domain::access::Person;
use crate::refresh::{Catalogue, Refresher};
use crate::store::Result;

/// Shared by all; clones are cheap.
#[derive(Clone)]
pub(crate) struct App {
    /// This service's own database.
    pub(crate) pool: PgPool,
    /// Keys of sealed columns and stored results.
    pub(crate) keyring: Keyring,
    /// Where facts and commands go, inside the transaction that makes them true.
    pub(crate) outbox: Outbox,
    /// The broker.
    pub(crate) bus: Bus,
    /// Where the present moment comes from.
    pub(crate) clock: Arc<dyn Clock>,
    /// The structure of the databases, as last read.
    pub(crate) catalogue: Catalogue,
    /// All settings.
    pub(crate) settings: Arc<ResearchQuerySettings>,
    databases: Arc<BTreeMap<String, Arc<Offered>>>,
}

/// A research database that the site offers.
pub(crate) struct Offered {
    /// Its settings.
    pub(crate) settings: ResearchDatabaseSettings,
    /// What a run in it may take.
    pub(crate) limits: LimitSettings,
}

impl App {
    /// Puts together what the settings say.
    pub(crate) fn new(
        settings: ResearchQuerySettings,
        pool: PgPool,
        bus: &Bus,
        refresher: &Refresher,
        context: &Context,
    ) -> anyhow::Result<Self> {
        let offered = |database: &ResearchDatabaseSettings| Offered {
            settings: database.clone(),
            limits: settings.limits_of(database),
        };
        let databases = settings.databases.iter();
        Ok(Self {
            pool,
            keyring: Keyring::new(&settings.sealing)?,
            outbox: bus.outbox(),
            bus: bus.clone(),
            clock: Arc::clone(&context.clock),
            catalogue: refresher.catalogue(),
            databases: Arc::new(databases.map(|it| (it.name.clone(), Arc::new(offered(it)))).collect()),
            settings: Arc::new(settings),
        })
    }

    /// The present moment.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The database of this name, if the person may use it: one that they may not use does not exist for them.
    pub(crate) fn database(&self, person: &Person, name: &str) -> Option<Arc<Offered>> {
        self.databases.get(name).filter(|offered| person.may_use(&offered.settings.roles)).cloned()
    }

    /// A transaction on this service's database.
    pub(crate) async fn begin(&self) -> Result<Transaction<'static, Postgres>> {
        Ok(self.pool.begin().await?)
    }

    /// Commits, then wakes the relay, so that what was enqueued leaves at once.
    pub(crate) async fn commit(&self, tx: Transaction<'static, Postgres>) -> Result<()> {
        tx.commit().await?;
        self.outbox.wake();
        Ok(())
    }
}
