//! What every handler and worker of the service holds on to.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use coffer_bus::{Bus, Outbox};
use coffer_query_gate::Gate;
use coffer_research_databases::{DatabaseAddress, ResearchDatabase, open};
use coffer_results::{Objects, SegmentCache, StoredResult, delete_attempt};
use coffer_runtime::Context;
use coffer_store::Keyring;
use coffer_types::{Clock, RunId};
use sqlx::{PgPool, Postgres, Transaction};
use tokio::sync::{Notify, Semaphore};

use crate::config::{LimitSettings, ResearchDatabaseSettings, ResearchQuerySettings};
use crate::domain::access::Person;
use crate::domain::catalogue::Table;
use crate::highlighters::Highlighters;
use crate::live::Live;
use crate::metrics::Metrics;
use crate::objects::BucketObjects;
use crate::refresh::{Catalogue, Refresher};
use crate::store::Result;
use crate::store::runs::{Run, Runs};

/// Exports at the same time in each replica; others wait.
const EXPORTS: usize = 2;

/// Shared by all; clones are cheap.
#[derive(Clone)]
pub(crate) struct App {
    /// This service's own database.
    pub(crate) pool: PgPool,
    /// Keys of sealed columns and stored results.
    pub(crate) keyring: Keyring,
    /// Where facts and commands go, inside the transaction that makes them true.
    pub(crate) outbox: Outbox,
    /// Where the present moment comes from.
    pub(crate) clock: Arc<dyn Clock>,
    /// Reads the structure of the databases, and keeps it as last read.
    pub(crate) refresher: Arc<Refresher>,
    /// The runs.
    pub(crate) runs: Runs,
    /// Live messages.
    pub(crate) live: Live,
    /// Tells the workers of this replica that something waits.
    pub(crate) wake: Arc<Notify>,
    /// Where results are stored.
    pub(crate) objects: Arc<dyn Objects>,
    /// Parts of results that were read lately.
    pub(crate) segments: SegmentCache,
    /// What operators count.
    pub(crate) metrics: Metrics,
    /// Highlights of those who read results just now.
    pub(crate) highlighters: Arc<Highlighters>,
    /// Turns of exports.
    pub(crate) exports: Arc<Semaphore>,
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
    /// What every query passes first.
    pub(crate) gate: Gate,
    /// The database.
    pub(crate) database: Arc<dyn ResearchDatabase>,
}

impl Offered {
    pub(crate) fn new(settings: &ResearchDatabaseSettings, limits: LimitSettings) -> anyhow::Result<Self> {
        let version = Some(settings.version_query.as_str()).filter(|query| !query.is_empty());
        let database = open(DatabaseAddress::parse(&settings.url)?, &settings.schemas, version);
        let gate = Gate::new(database.dialect(), &settings.schemas);
        Ok(Self { settings: settings.clone(), limits, gate, database })
    }
}

impl App {
    /// Puts together what the settings say; nothing is reached yet.
    pub(crate) fn new(
        settings: ResearchQuerySettings,
        pool: PgPool,
        bus: &Bus,
        context: &Context,
    ) -> anyhow::Result<Self> {
        let mut databases = Vec::new();
        for database in &settings.databases {
            databases.push(Arc::new(Offered::new(database, settings.limits_of(database))?));
        }
        let (keyring, outbox) = (Keyring::new(&settings.sealing)?, bus.outbox());
        let clock = Arc::clone(&context.clock);
        Ok(Self {
            runs: Runs::new(pool.clone(), keyring.clone(), outbox.clone(), Arc::clone(&clock)),
            pool,
            keyring,
            outbox,
            clock,
            refresher: Arc::new(Refresher::new(databases.clone())),
            live: Live::new(bus.clone()),
            wake: Arc::new(Notify::new()),
            objects: Arc::new(BucketObjects::new(bus)),
            segments: SegmentCache::new(settings.results.cache_bytes()),
            metrics: Metrics::new(),
            highlighters: Arc::default(),
            exports: Arc::new(Semaphore::new(EXPORTS)),
            databases: Arc::new(databases.into_iter().map(|it| (it.settings.name.clone(), it)).collect()),
            settings: Arc::new(settings),
        })
    }

    /// The present moment.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The databases as last read.
    pub(crate) fn catalogue(&self) -> Catalogue {
        self.refresher.catalogue()
    }

    /// The tables of a database, as last read.
    pub(crate) fn tables(&self, database: &str) -> Vec<Table> {
        let catalogue = self.catalogue();
        let databases = catalogue.borrow();
        let known = databases.iter().find(|known| known.name == database);
        known.map(|known| known.tables.clone()).unwrap_or_default()
    }

    /// The database of this name, if the person may use it: one that they may not use does not exist for them.
    pub(crate) fn database(&self, person: &Person, name: &str) -> Option<Arc<Offered>> {
        self.offered(name).filter(|offered| person.may_use(&offered.settings.roles))
    }

    /// The database of this name, whoever may use it.
    pub(crate) fn offered(&self, name: &str) -> Option<Arc<Offered>> {
        self.databases.get(name).cloned()
    }

    /// The stored result of a run; none before it is done and after it was deleted.
    pub(crate) fn result_of(&self, run: &Run) -> Option<StoredResult> {
        let stored = run.stored.as_ref().filter(|_| !run.result_gone)?;
        let (objects, keyring) = (Arc::clone(&self.objects), self.keyring.clone());
        let manifest = Arc::new(stored.manifest.clone());
        Some(StoredResult::new(objects, keyring, run.id, run.attempt, manifest, self.segments.clone()))
    }

    /// Deletes what an attempt has stored, as far as the store lets us.
    pub(crate) async fn discard(&self, run: RunId, attempt: u32) {
        let (objects, keyring) = (Arc::clone(&self.objects), self.keyring.clone());
        if let Err(error) = delete_attempt(objects, keyring, run, attempt).await {
            tracing::warn!(%run, %error, "what nobody needs stays in the object store for a while");
        }
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
