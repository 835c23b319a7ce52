//! Research-query as a service on the chassis.

use std::time::Duration;

use coffer_bus::Bus;
use coffer_proto::query::v1::ListSchema;
use coffer_runtime::{Context, NoCommands, Service};

use crate::config::ResearchQuerySettings;
use crate::handlers::schema;
use crate::refresh::Refresher;

/// The service.
#[derive(Debug)]
pub struct ResearchQuery;

impl Service for ResearchQuery {
    const NAME: &'static str = "research-query";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Settings = ResearchQuerySettings;
    type Command = NoCommands;

    async fn setup(_: &ResearchQuerySettings, _: &Context) -> anyhow::Result<()> {
        Ok(())
    }

    async fn start(settings: ResearchQuerySettings, context: Context) -> anyhow::Result<()> {
        let bus = Bus::connect(&settings.bus, Self::NAME, &context).await?;
        let refresher = Refresher::new(&settings.databases)?;
        let catalogue = refresher.catalogue();
        // The first reading comes before the first answer; databases that are down don't prevent the start.
        refresher.refresh().await;
        let interval = Duration::from_secs(settings.schema.refresh_seconds);
        context.spawn("schema refresh", refresher.run(interval, context.shutdown.token()));
        bus.answers()
            .on::<ListSchema, _, _>(move |question| {
                let answer = schema::list(&question, &catalogue.borrow());
                async move { answer }
            })
            .serve(&context)
            .await?;
        Ok(())
    }

    async fn command(command: NoCommands, _: ResearchQuerySettings, _: Context) -> anyhow::Result<()> {
        match command {}
    }
}
