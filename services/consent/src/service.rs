//! The service on the chassis: what it sets up, what it starts, its own subcommand.

use std::sync::Arc;
use std::time::Duration;

use coffer_bus::{Bus, ConsumerSpec};
use coffer_letters::Typesetter;
use coffer_proto::Stream;
use coffer_runtime::{Context, Service};
use coffer_store::Keyring;
use sqlx::PgPool;

use crate::app::App;
use crate::config::Settings;
use crate::handlers::decide::Decide;
use crate::handlers::mail_results::MailResults;
use crate::handlers::paperwork::Paperwork;
use crate::handlers::timers;
use crate::ports::clinical_sql::SqlClinicalSource;
use crate::ports::identity_map::SqlIdentityMap;
use crate::{handlers, seed, store};

/// The consent service.
pub struct Consent;

/// Subcommands of its own.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Enter the demo's studies and leaflets, and a patient whose cap is reached
    SeedDemo,
}

/// Decides requests as they are submitted.
const DECIDE: ConsumerSpec = ConsumerSpec {
    durable: "consent-decide",
    stream: Stream::EvtConsent,
    filters: &["coffer.evt.consent.contact-request.submitted.v1.>"],
    concurrency: 4,
    ack_wait: Duration::from_mins(1),
};

/// Follows our e-mails.
const MAIL_RESULTS: ConsumerSpec = ConsumerSpec {
    durable: "consent-mail-results",
    stream: Stream::EvtMail,
    filters: &["coffer.evt.mailer.email.*.v1.>"],
    concurrency: 2,
    ack_wait: Duration::from_secs(30),
};

/// Makes the papers that our own facts call for.
const PAPERWORK: ConsumerSpec = ConsumerSpec {
    durable: "consent-paperwork",
    stream: Stream::EvtConsent,
    filters: &[
        "coffer.evt.consent.contact-request.changed.v1.>",
        "coffer.evt.consent.consent-mode.changed.v1.>",
    ],
    concurrency: 2,
    ack_wait: Duration::from_mins(2),
};

/// The streams that this service writes or reads.
const STREAMS: [Stream; 4] = [Stream::EvtConsent, Stream::EvtMail, Stream::CmdMail, Stream::Parked];

impl Service for Consent {
    const NAME: &'static str = "consent";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Settings = Settings;
    type Command = Command;

    async fn setup(settings: &Settings, context: &Context) -> anyhow::Result<()> {
        let pool = connect(settings).await?;
        coffer_store::migrate(&pool, &store::MIGRATOR).await?;
        let bus = Bus::connect(&settings.bus, Self::NAME, context).await?;
        bus.declare(&STREAMS, &[DECIDE, MAIL_RESULTS, PAPERWORK]).await?;
        Ok(())
    }

    async fn start(settings: Settings, context: Context) -> anyhow::Result<()> {
        let pool = connect(&settings).await?;
        let bus = Bus::connect(&settings.bus, Self::NAME, &context).await?;
        let app = app(settings, pool.clone(), &bus, &context)?;
        bus.relay(pool.clone(), &context);
        bus.consume(DECIDE, pool.clone(), Decide { app: app.clone() }, &context).await?;
        bus.consume(MAIL_RESULTS, pool.clone(), MailResults { app: app.clone() }, &context).await?;
        bus.consume(PAPERWORK, pool.clone(), Paperwork { app: app.clone() }, &context).await?;
        timers::spawn(&app, &context);
        handlers::answer(&bus, &app, &context).await?;
        context.health.check("database", coffer_store::health(&pool));
        Ok(())
    }

    async fn command(command: Command, settings: Settings, context: Context) -> anyhow::Result<()> {
        match command {
            Command::SeedDemo => seed::demo(settings, &context).await,
        }
    }
}

async fn connect(settings: &Settings) -> anyhow::Result<PgPool> {
    Ok(coffer_store::connect(&settings.database, "coffer-consent").await?)
}

/// Puts together what handlers share, and adds the foreign databases to the probes.
pub fn app(settings: Settings, pool: PgPool, bus: &Bus, context: &Context) -> anyhow::Result<App> {
    let clinical_source = SqlClinicalSource::new(&settings.clinical_source)?;
    let identity_map = SqlIdentityMap::new(&settings.identity_map)?;
    context.health.check("clinical source", coffer_store::health(clinical_source.pool()));
    context.health.check("identity map", coffer_store::health(identity_map.pool()));
    Ok(App {
        pool,
        keyring: Keyring::new(&settings.sealing)?,
        outbox: bus.outbox(),
        clock: Arc::clone(&context.clock),
        clinical_source: Arc::new(clinical_source),
        identity_map: Arc::new(identity_map),
        typesetter: Arc::new(Typesetter::new(settings.house.clone())?),
        settings: Arc::new(settings),
    })
}
