//! The four services: their settings under `.local/config`, their start, their demo data.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use coffer_demo::{SERVICES, Surroundings};

use super::binary;
use crate::paths::{local, local_folder};
use crate::process;
use crate::shell::capture;

/// Starts all services and waits until each is ready.
pub(super) fn start(surroundings: &Surroundings) -> anyhow::Result<()> {
    local_folder("config")?;
    for service in SERVICES {
        fs::write(configuration(service), surroundings.settings(service)).context("writing settings")?;
        process::start(service, &mut program(service))?;
    }
    for (service, port) in &surroundings.admin_ports {
        process::wait_until(service, Duration::from_mins(1), || crate::ports::is_ready(*port))?;
    }
    Ok(())
}

/// Adds the demo's users, studies and past requests; does nothing to those that are there.
pub(super) fn seed() -> anyhow::Result<()> {
    println!("adding the demo's users and studies");
    for service in ["gateway", "consent"] {
        capture(program(service).arg("seed-demo"))?;
    }
    Ok(())
}

fn program(service: &str) -> Command {
    let mut program = Command::new(binary(&format!("coffer-{service}")));
    program.arg("--config").arg(configuration(service));
    program
}

fn configuration(service: &str) -> PathBuf {
    local("config").join(format!("{service}.toml"))
}
