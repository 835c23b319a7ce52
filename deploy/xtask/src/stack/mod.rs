//! The local stack: everything that a demo needs, on this machine.

pub(crate) mod databases;
mod endpoints;
mod ports;
mod services;

use std::process::Command;
use std::time::Duration;

use anyhow::bail;
use chrono::NaiveDate;
use coffer_demo::{SERVICES, Surroundings};
use coffer_types::{Clock as _, SystemClock};
use tokio::signal::unix::{SignalKind, signal};

use crate::paths::{local, remove_folder, root};
use crate::postgres::{self, Cluster};
use crate::process::{self, Signal};
use crate::shell::{command_in, run};
use crate::{assets, nats, owner};

use endpoints::Endpoints;
use ports::Ports;

const POSTGRES: &str = "postgres";
const NATS: &str = "nats";
const MAIL_SINK: &str = "mail-sink";

/// The folder with the mails that were sent.
const MAIL: &str = "mail";

/// How to start.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Returns when all is ready; `cargo xtask down` stops it
    #[arg(long)]
    detach: bool,
    /// Adds no users and studies
    #[arg(long)]
    no_seed: bool,
    /// Where traces go (OTLP over gRPC), such as http://127.0.0.1:4317
    #[arg(long)]
    otlp: Option<String>,
    /// How large a new research database is: how many times a thousand patients
    #[arg(long, default_value_t = 1)]
    scale: usize,
}

/// Starts what does not run yet and prints the addresses.
pub(crate) fn up(options: &Options) -> anyhow::Result<()> {
    if let Some(endpoints) = Endpoints::read().filter(|_| is_running()) {
        endpoints.print();
        return Ok(());
    }
    down()?;
    assets::build()?;
    build()?;
    match start(options) {
        Ok(endpoints) => endpoints.print(),
        Err(error) => {
            down()?;
            return Err(error);
        }
    }
    if options.detach { Ok(()) } else { stay() }
}

/// Fills the research database of the running stack anew.
pub(crate) fn seed(scale: usize) -> anyhow::Result<()> {
    let port = Endpoints::read().filter(|_| is_running()).and_then(|endpoints| endpoints.postgres_port());
    let Some(port) = port else { bail!("the local stack does not run; `cargo xtask up` starts it") };
    databases::fill_research(&Cluster { name: POSTGRES, port, durable: true }, scale)
}

/// Stops everything; the data stays.
pub(crate) fn down() -> anyhow::Result<()> {
    for name in SERVICES {
        process::stop(name, Signal::Terminate)?;
    }
    process::stop(MAIL_SINK, Signal::Terminate)?;
    nats::stop(NATS)?;
    postgres::stop(POSTGRES)
}

/// Stops everything and deletes the data.
pub(crate) fn reset() -> anyhow::Result<()> {
    down()?;
    nats::delete(NATS)?;
    owner::delete(POSTGRES)?;
    remove_folder(MAIL)?;
    endpoints::delete()
}

fn names() -> impl Iterator<Item = &'static str> {
    SERVICES.into_iter().chain([MAIL_SINK, NATS, POSTGRES])
}

fn is_running() -> bool {
    names().all(process::is_running)
}

/// Builds the programs that are about to run.
fn build() -> anyhow::Result<()> {
    println!("building");
    let mut cargo = command_in(&root(), "cargo");
    cargo.args(["build", "--package=coffer-testkit", "--bin=coffer-mail-sink"]);
    for name in SERVICES {
        cargo.arg(format!("--package=coffer-{name}")).arg(format!("--bin=coffer-{name}"));
    }
    run(&mut cargo)
}

fn start(options: &Options) -> anyhow::Result<Endpoints> {
    let ports = Ports::choose()?;
    let cluster = Cluster { name: POSTGRES, port: ports.postgres, durable: true };
    let broker = nats::Server { name: NATS, port: ports.nats, durable: true };
    println!("starting PostgreSQL, NATS and the mail server");
    cluster.start()?;
    broker.start()?;
    start_mail_sink(&ports)?;
    let surroundings = Surroundings {
        environment: "demo",
        gateway_port: ports.gateway,
        smtp_port: ports.smtp,
        admin_ports: ports.admin.clone(),
        database_urls: databases::prepare(&cluster, databases::research_script(options.scale))?,
        nats_url: broker.url(),
        namespace: String::new(),
        otlp: options.otlp.clone(),
    };
    println!("starting the services");
    services::start(&surroundings)?;
    if !options.no_seed {
        services::seed()?;
    }
    let endpoints = Endpoints::new(&surroundings, &cluster, ports.mailbox);
    endpoints.write()?;
    Ok(endpoints)
}

fn start_mail_sink(ports: &Ports) -> anyhow::Result<()> {
    let mut sink = Command::new(binary("coffer-mail-sink"));
    sink.arg(format!("--smtp=127.0.0.1:{}", ports.smtp))
        .arg(format!("--http=127.0.0.1:{}", ports.mailbox))
        .arg("--folder")
        .arg(local(MAIL));
    process::start(MAIL_SINK, &mut sink)?;
    process::wait_until(MAIL_SINK, Duration::from_secs(20), || crate::ports::is_open(ports.mailbox))
}

fn binary(name: &str) -> std::path::PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    target.join("debug").join(name)
}

/// The day that the demo's dates count from.
fn today() -> NaiveDate {
    SystemClock.now().date_naive()
}

/// Waits for Ctrl-C, a request to end, or the end of any part; then stops everything.
fn stay() -> anyhow::Result<()> {
    println!("\nCtrl-C stops it");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(async {
        let mut asked = signal(SignalKind::terminate())?;
        anyhow::Ok(tokio::select! {
            _ = tokio::signal::ctrl_c() => None,
            _ = asked.recv() => None,
            name = first_to_end() => Some(name),
        })
    })?;
    down()?;
    match ended {
        Some(name) => bail!("{name} ended by itself; see {}", local("log").display()),
        None => Ok(()),
    }
}

async fn first_to_end() -> &'static str {
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        if let Some(name) = names().find(|name| !process::is_running(name)) {
            return name;
        }
    }
}
