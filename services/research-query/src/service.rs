//! Research-query as a service on the chassis.

use std::sync::Arc;
use std::time::Duration;

use coffer_bus::Bus;
use coffer_proto::Stream;
use coffer_runtime::{Context, NoCommands, Service};
use sqlx::PgPool;

use crate::app::App;
use crate::config::ResearchQuerySettings;
use crate::handlers::accept::{AcceptCommands, CONSUMER};
use crate::objects::BucketObjects;
use crate::{handlers, store, worker};

/// The streams that this service writes or reads.
const STREAMS: [Stream; 3] = [Stream::EvtQuery, Stream::CmdQuery, Stream::Parked];

/// The service.
#[derive(Debug)]
pub struct ResearchQuery;

impl Service for ResearchQuery {
    const NAME: &'static str = "research-query";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Settings = ResearchQuerySettings;
    type Command = NoCommands;

    async fn setup(settings: &ResearchQuerySettings, context: &Context) -> anyhow::Result<()> {
        let pool = connect(settings).await?;
        coffer_store::migrate(&pool, &store::MIGRATIONS).await?;
        let bus = Bus::connect(&settings.bus, Self::NAME, context).await?;
        bus.declare(&STREAMS, &[CONSUMER]).await?;
        BucketObjects::new(&bus).bucket().await?;
        Ok(())
    }

    async fn start(settings: ResearchQuerySettings, context: Context) -> anyhow::Result<()> {
        let pool = connect(&settings).await?;
        context.health.check("database", coffer_store::health(&pool));
        let bus = Bus::connect(&settings.bus, Self::NAME, &context).await?;
        let interval = Duration::from_secs(settings.schema.refresh_seconds);
        let app = App::new(settings, pool.clone(), &bus, &context)?;
        // The first reading comes before the first answer; databases that are down don't prevent the start.
        app.refresher.refresh().await;
        let (refresher, stop) = (Arc::clone(&app.refresher), context.shutdown.token());
        context.spawn("schema refresh", async move {
            refresher.run(interval, stop).await;
            Ok(())
        });
        bus.relay(pool.clone(), &context);
        worker::start(&app, &context);
        handlers::answer(&bus, &app, &context).await?;
        bus.consume(CONSUMER, pool, AcceptCommands { app }, &context).await?;
        Ok(())
    }

    async fn command(command: NoCommands, _: ResearchQuerySettings, _: Context) -> anyhow::Result<()> {
        match command {}
    }
}

async fn connect(settings: &ResearchQuerySettings) -> anyhow::Result<PgPool> {
    Ok(coffer_store::connect(&settings.database, ResearchQuery::NAME).await?)
}
