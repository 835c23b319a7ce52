//! How the process starts.

use std::net::SocketAddr;

use clap::Subcommand;
use coffer_runtime::{Context, Service};
use tokio::net::TcpListener;

use crate::app::App;
use crate::config::Settings;
use crate::{demo, routes, store, upkeep};

/// The gateway service.
pub struct Gateway;

/// Commands beside the service itself.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Adds the demo users with their passwords and tokens; refused in production.
    SeedDemo,
}

impl Service for Gateway {
    const NAME: &'static str = "gateway";
    const VERSION: &'static str = env!("CARGO_PKG_VERSION");
    type Settings = Settings;
    type Command = Command;

    async fn setup(settings: &Settings, _context: &Context) -> anyhow::Result<()> {
        let pool = coffer_store::connect(&settings.database, "coffer-gateway-setup").await?;
        coffer_store::migrate(&pool, &store::MIGRATIONS).await?;
        Ok(())
    }

    async fn start(settings: Settings, context: Context) -> anyhow::Result<()> {
        let listener = TcpListener::bind(settings.web.listen).await?;
        tracing::info!(listen = %listener.local_addr()?, "serving pages");
        let app = App::connect(settings, &context).await?;
        upkeep::start(&app, &context);
        let router = routes::router(app)?.into_make_service_with_connect_info::<SocketAddr>();
        let stop = context.shutdown.token();
        context.spawn("web", async move {
            let stopped = async move { stop.cancelled().await };
            Ok(axum::serve(listener, router).with_graceful_shutdown(stopped).await?)
        });
        Ok(())
    }

    async fn command(command: Command, settings: Settings, context: Context) -> anyhow::Result<()> {
        match command {
            Command::SeedDemo => demo::seed(&settings, &context).await,
        }
    }
}
