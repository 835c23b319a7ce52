//! Coffer's mailer: takes commands to send from the bus, sends each e-mail once by SMTP, tries again by
//! reply class, and reports what became of it. It knows transport, never what a consent mode is.

pub mod config;
pub mod domain;
pub mod handlers;
mod metrics;
pub mod sender;
pub mod smtp;
pub mod store;
mod trace;

use std::sync::Arc;

use coffer_bus::Bus;
use coffer_proto::Stream;
use coffer_runtime::{Context, NoCommands, Service};
use coffer_store::Keyring;
use sqlx::PgPool;
use tokio::sync::Notify;

use crate::config::Settings;
use crate::handlers::questions::Questions;
use crate::handlers::send::{AcceptCommands, CONSUMER};
use crate::sender::{Guard, Sender};
use crate::store::{Emails, MIGRATIONS};

/// The streams that the mailer owns or needs.
const STREAMS: [Stream; 3] = [Stream::CmdMail, Stream::EvtMail, Stream::Parked];

/// The service on the chassis.
#[derive(Debug)]
pub struct Mailer;

impl Service for Mailer {
    const NAME: &'static str = "mailer";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Settings = Settings;
    type Command = NoCommands;

    async fn setup(settings: &Settings, context: &Context) -> anyhow::Result<()> {
        let pool = connect(settings).await?;
        coffer_store::migrate(&pool, &MIGRATIONS).await?;
        let bus = Bus::connect(&settings.bus, Self::NAME, context).await?;
        bus.declare(&STREAMS, &[CONSUMER]).await?;
        Ok(())
    }

    async fn start(settings: Settings, context: Context) -> anyhow::Result<()> {
        let pool = connect(&settings).await?;
        context.health.check("database", coffer_store::health(&pool));
        let bus = Bus::connect(&settings.bus, Self::NAME, &context).await?;
        let keyring = Keyring::new(&settings.sealing)?;
        let emails = Emails::new(pool.clone(), keyring, bus.outbox(), Arc::clone(&context.clock));
        let wake = Arc::new(Notify::new());
        let clock = Arc::clone(&context.clock);
        let guard = Guard::new(bus.clone());
        bus.relay(pool.clone(), &context);
        Sender::new(&settings, emails.clone(), guard, Arc::clone(&wake), clock)?.start(&context);
        let questions = Questions {
            emails: emails.clone(),
            wake: Arc::clone(&wake),
            catch: settings.safety_catch.catch(),
        };
        questions.serve(&bus, &context).await?;
        bus.consume(CONSUMER, pool, AcceptCommands::new(emails, wake), &context).await?;
        Ok(())
    }

    async fn command(command: NoCommands, _: Settings, _: Context) -> anyhow::Result<()> {
        match command {}
    }
}

async fn connect(settings: &Settings) -> anyhow::Result<PgPool> {
    Ok(coffer_store::connect(&settings.database, Mailer::NAME).await?)
}
