//! What a service is, as the chassis sees it.

use std::future::Future;

use crate::{Context, Settings};

/// A service on the chassis. Nothing here runs before settings are valid and the probes answer.
pub trait Service: Sized + Send + Sync + 'static {
    /// The short name, such as `consent`; traces and logs call it `coffer-consent`.
    const NAME: &'static str;
    /// `env!("CARGO_PKG_VERSION")` of the service's crate.
    const VERSION: &'static str;
    /// The settings, all sections of them.
    type Settings: Settings;
    /// Further subcommands of the binary; [`NoCommands`] if there are none.
    type Command: clap::Subcommand + Send;

    /// Migrations, streams and consumers. Idempotent: it also runs before [`Service::start`] unless
    /// `chassis.run_setup_at_start` is off.
    fn setup(settings: &Self::Settings, context: &Context)
    -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Starts everything, spawning on the context, and returns when it is started.
    fn start(settings: Self::Settings, context: Context) -> impl Future<Output = anyhow::Result<()>> + Send;

    /// Runs one of the further subcommands to its end.
    fn command(
        command: Self::Command,
        settings: Self::Settings,
        context: Context,
    ) -> impl Future<Output = anyhow::Result<()>> + Send;
}

/// For services without further subcommands: has no value, so `match command {}` is a whole body.
#[derive(Debug, clap::Subcommand)]
pub enum NoCommands {}
