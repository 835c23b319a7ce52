//! What every handler can reach.

use std::sync::Arc;
use std::time::Duration;

use coffer_bus::{AskError, Bus};
use coffer_proto::Question;
use coffer_proto::mailer::v1::MailerStatus;
use coffer_runtime::{Context, Environment, Shutdown};
use coffer_store::Keyring;
use coffer_types::{Clock, UserId};
use sqlx::PgPool;
use tokio::sync::watch;

use crate::auth::Passwords;
use crate::config::Settings;
use crate::store::audit;
use crate::web::Cookies;

/// A little less than a page may take.
const RESULT_PATIENCE: Duration = Duration::from_secs(25);

/// The gateway's parts; cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Settings in force.
    pub settings: Arc<Settings>,
    /// Users, sessions, audit.
    pub pool: PgPool,
    /// The way to the other services.
    pub bus: Bus,
    /// The present moment.
    pub clock: Arc<dyn Clock>,
    /// Seals what leaves the gateway in addresses.
    pub keyring: Keyring,
    /// Checks passwords.
    pub passwords: Passwords,
    /// Ends long answers when the process drains.
    pub shutdown: Shutdown,
    /// Demo, test or production.
    pub environment: Environment,
    /// What the mailer last said about its safety catch.
    pub mailer_status: watch::Receiver<MailerStatus>,
    /// Where the upkeep writes it.
    pub(crate) mailer_status_writer: Arc<watch::Sender<MailerStatus>>,
}

impl App {
    /// Connects to the database and the broker, and registers their health.
    pub async fn connect(settings: Settings, context: &Context) -> anyhow::Result<Self> {
        let pool = coffer_store::connect(&settings.database, "coffer-gateway").await?;
        context.health.check("database", coffer_store::health(&pool));
        let bus = Bus::connect(&settings.bus, "gateway", context).await?;
        let (writer, mailer_status) = watch::channel(MailerStatus::default());
        Ok(Self {
            pool,
            bus,
            clock: context.clock.clone(),
            keyring: Keyring::new(&settings.sealing)?,
            passwords: Passwords::new().map_err(anyhow::Error::msg)?,
            shutdown: context.shutdown.clone(),
            environment: context.environment,
            mailer_status,
            mailer_status_writer: Arc::new(writer),
            settings: Arc::new(settings),
        })
    }

    /// The names and flags of our cookies.
    pub fn cookies(&self) -> Cookies {
        Cookies::for_url(&self.settings.web.public_url)
    }

    /// Asks for a part of a stored result: a new order of a million rows takes a while the first time.
    pub async fn ask_of_result<Q: Question>(&self, question: &Q) -> Result<Q::Answer, AskError> {
        self.bus.ask_within(question, RESULT_PATIENCE).await
    }

    /// Adds an entry to the audit trail.
    pub async fn audit(&self, user: Option<UserId>, action: &str, object: &str) -> sqlx::Result<()> {
        audit::record(&self.pool, user, action, object, self.clock.now()).await
    }
}
