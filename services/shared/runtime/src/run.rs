//! The whole `main` of a service: command line, settings, telemetry, probes, start, drain.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use coffer_types::SystemClock;

use crate::shutdown::Signals;
use crate::telemetry::{self, Telemetry};
use crate::{ChassisSettings, Context, Service, Settings, admin, settings};

/// Exit code of a process that was told something wrong, so that it need not be started again.
const BAD_SETTINGS: u8 = 2;

#[derive(Parser)]
struct Arguments<C: Subcommand> {
    /// Settings in TOML, between the defaults and the environment (`COFFER_<SECTION>__<KEY>`)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print the effective settings without secrets, and end
    #[arg(long)]
    check_config: bool,
    #[command(subcommand)]
    action: Option<Action<C>>,
}

#[derive(Subcommand)]
enum Action<C: Subcommand> {
    /// Migrate the database, declare streams and consumers, and end
    Setup,
    #[command(flatten)]
    Own(C),
}

/// Runs a service or one of its subcommands until the end; the value of `main`.
pub fn run<S: Service>() -> ExitCode {
    let arguments = parse::<S>();
    let settings = match settings::load::<S::Settings>(arguments.config.as_deref()) {
        Ok(settings) => settings,
        Err(error) => return refuse(&error),
    };
    if arguments.check_config {
        return print_settings(&settings);
    }
    match block_on(live::<S>(settings, arguments.action)) {
        Ok(code) => code,
        Err(error) => refuse(&error),
    }
}

fn parse<S: Service>() -> Arguments<S::Command> {
    let command =
        Arguments::<S::Command>::command().display_name(format!("coffer-{}", S::NAME)).version(S::VERSION);
    Arguments::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
}

/// Before logs exist, a problem is told on standard error.
#[expect(clippy::print_stderr, reason = "no log yet")]
fn refuse(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("{error:#}");
    ExitCode::from(BAD_SETTINGS)
}

#[expect(clippy::print_stdout, reason = "the answer of --check-config")]
fn print_settings(settings: &impl Settings) -> ExitCode {
    match toml::to_string_pretty(settings) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => refuse(&error),
    }
}

fn block_on<T>(work: impl Future<Output = T>) -> std::io::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(work);
    // Blocking work (typesetting, hashing) that outlived the drain must not hold the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(outcome)
}

/// Everything after the settings; errors are logged, not returned.
async fn live<S: Service>(settings: S::Settings, action: Option<Action<S::Command>>) -> ExitCode {
    let chassis = settings.chassis().clone();
    let instance = chassis.instance();
    let telemetry = match Telemetry::install(S::NAME, S::VERSION, &instance, &chassis) {
        Ok(telemetry) => telemetry,
        Err(error) => return refuse(&error),
    };
    telemetry::log_panics();
    let context = Context::new(Arc::new(SystemClock), instance, chassis.environment);
    let outcome = match action {
        None => serve::<S>(settings, &chassis, &context, &telemetry).await,
        Some(Action::Setup) => S::setup(&settings, &context).await,
        Some(Action::Own(command)) => S::command(command, settings, context.clone()).await,
    };
    if let Err(error) = &outcome {
        tracing::error!(error = format!("{error:#}"), "could not go on, draining");
    }
    context.drain(Duration::from_secs(chassis.drain_seconds)).await;
    let failed = outcome.is_err() || context.has_failed();
    tracing::info!(failed, "stopped");
    telemetry.flush().await;
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Starts the service and waits until something asks for its end.
async fn serve<S: Service>(
    settings: S::Settings,
    chassis: &ChassisSettings,
    context: &Context,
    telemetry: &Telemetry,
) -> anyhow::Result<()> {
    tokio::spawn(Signals::listen()?.obey(context.shutdown.clone()));
    // Bound first, so that probes answer during long migrations.
    let admin = admin::serve(chassis.admin_listen, context, telemetry)?;
    let stop = context.shutdown.token();
    let Some(started) = stop.run_until_cancelled(start::<S>(settings, chassis, context)).await else {
        return Ok(());
    };
    started?;
    context.health.mark_started();
    tracing::info!(
        admin = %admin,
        version = S::VERSION,
        instance = context.instance,
        environment = %chassis.environment,
        "started"
    );
    stop.cancelled().await;
    Ok(())
}

async fn start<S: Service>(
    settings: S::Settings,
    chassis: &ChassisSettings,
    context: &Context,
) -> anyhow::Result<()> {
    if chassis.run_setup_at_start {
        S::setup(&settings, context).await?;
    }
    S::start(settings, context.clone()).await
}
