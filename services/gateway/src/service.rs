//! How the process starts.

use std::io::Write as _;
use std::net::SocketAddr;

use clap::Subcommand;
use coffer_runtime::{Context, Service};
use tokio::net::TcpListener;

use crate::app::App;
use crate::config::Settings;
use crate::domain::audit_chain::Chain;
use crate::{demo, routes, store, upkeep};

/// The gateway service.
pub struct Gateway;

/// Commands beside the service itself.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Adds the demo users with their passwords and tokens; refused in production.
    SeedDemo,
    /// The audit trail.
    #[command(subcommand)]
    Audit(AuditCommand),
}

/// What can be done with the audit trail.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum AuditCommand {
    /// Follows its chain; names the first broken link, and then exits with an error.
    Verify,
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
            Command::Audit(AuditCommand::Verify) => verify_audit(&settings).await,
        }
    }
}

async fn verify_audit(settings: &Settings) -> anyhow::Result<()> {
    let pool = coffer_store::connect(&settings.database, "coffer-gateway-audit").await?;
    let chain = store::audit::verify(&pool).await??;
    let Chain { entries, last } = chain;
    // The answer of a command goes to standard output; the log goes elsewhere.
    writeln!(
        std::io::stdout(),
        "{entries} entries, no link is broken; the last hash is {}",
        hex::encode(last)
    )?;
    Ok(())
}
