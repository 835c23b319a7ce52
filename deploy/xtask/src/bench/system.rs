//! What is measured: the services as released, with a database server and a broker of their own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use coffer_demo::Surroundings;

use crate::paths::{local_folder, root};
use crate::postgres::{self, Cluster};
use crate::process::{self, Signal};
use crate::shell::{capture, command_in, run};
use crate::stack::databases::{self, Script};
use crate::{assets, nats, owner, ports};

const POSTGRES: &str = "bench-postgres";
const NATS: &str = "bench-nats";

/// The services that take part; nothing is mailed.
const SERVICES: [&str; 3] = ["gateway", "consent", "research-query"];

/// A running system; ends with this value.
pub(super) struct System {
    pub gateway_port: u16,
    pub cluster: Cluster,
}

impl System {
    /// Starts a system without old data, whose research database is made by a script.
    pub(super) fn start(research: Script, settings: &[(&'static str, &'static str)]) -> anyhow::Result<Self> {
        assets::build()?;
        build()?;
        stop()?;
        let cluster = Cluster { name: POSTGRES, port: ports::free()?, durable: false };
        let system = Self { gateway_port: ports::free()?, cluster };
        system.cluster.start()?;
        let broker = nats::Server { name: NATS, port: ports::free()?, durable: false };
        broker.start()?;
        let admin_ports = SERVICES.into_iter().map(|service| Ok((service, ports::free()?)));
        let surroundings = Surroundings {
            environment: "demo",
            gateway_port: system.gateway_port,
            smtp_port: ports::free()?,
            admin_ports: admin_ports.collect::<anyhow::Result<_>>()?,
            database_urls: databases::prepare(&system.cluster, research)?,
            nats_url: broker.url(),
            namespace: String::new(),
            otlp: None,
        };
        start_services(&surroundings, settings)?;
        Ok(system)
    }

    /// The research database, as its owner.
    pub(super) fn research_url(&self) -> String {
        self.cluster.url("demo_research")
    }
}

impl Drop for System {
    fn drop(&mut self) {
        if let Err(error) = stop() {
            eprintln!("{error:#}");
        }
    }
}

/// The most memory that a service held since the last call, in bytes.
pub(super) fn peak_memory(service: &str) -> anyhow::Result<u64> {
    let id = process::id(&name(service)).context("the service does not run")?;
    let status = fs::read_to_string(format!("/proc/{id}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse()?;
    fs::write(format!("/proc/{id}/clear_refs"), "5").context("forgetting the peak")?;
    Ok(kibibytes * 1024)
}

fn name(service: &str) -> String {
    format!("bench-{service}")
}

fn build() -> anyhow::Result<()> {
    println!("building as released");
    let mut cargo = command_in(&root(), "cargo");
    cargo.args(["build", "--release"]);
    for service in SERVICES {
        cargo.arg(format!("--package=coffer-{service}")).arg(format!("--bin=coffer-{service}"));
    }
    run(&mut cargo)
}

fn start_services(surroundings: &Surroundings, settings: &[(&str, &str)]) -> anyhow::Result<()> {
    let folder = local_folder("bench")?;
    let program = |service: &str| {
        let mut program = Command::new(binary(service));
        program.arg("--config").arg(folder.join(format!("{service}.toml")));
        program.envs(settings.iter().copied().filter(|_| service == "research-query"));
        program
    };
    for service in SERVICES {
        fs::write(folder.join(format!("{service}.toml")), surroundings.settings(service))?;
        process::start(&name(service), &mut program(service))?;
    }
    for (service, port) in &surroundings.admin_ports {
        process::wait_until(&name(service), Duration::from_mins(1), || ports::is_ready(*port))?;
    }
    for service in ["gateway", "consent"] {
        capture(program(service).arg("seed-demo"))?;
    }
    Ok(())
}

fn binary(service: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("release").join(format!("coffer-{service}"))
}

/// Stops everything and deletes the data.
fn stop() -> anyhow::Result<()> {
    for service in SERVICES {
        process::stop(&name(service), Signal::Terminate)?;
    }
    nats::stop(NATS)?;
    postgres::stop(POSTGRES)?;
    nats::delete(NATS)?;
    owner::delete(POSTGRES)
}
