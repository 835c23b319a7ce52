//! The four services: their settings under `.local/config`, their start, their demo data.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use super::ports::Ports;
use super::{SERVICES, binary, databases};
use crate::paths::{local, local_folder};
use crate::process;
use crate::shell::capture;

/// Starts all services and waits until each is ready.
pub(super) fn start(ports: &Ports, otlp: Option<&str>) -> anyhow::Result<()> {
    local_folder("config")?;
    for (service, admin) in SERVICES.into_iter().zip(ports.admin) {
        let settings = [common(service, admin, ports, otlp), own(service, ports)].concat();
        fs::write(configuration(service), settings).context("writing settings")?;
        process::start(service, &mut program(service))?;
    }
    for (service, admin) in SERVICES.into_iter().zip(ports.admin) {
        process::wait_until(service, Duration::from_mins(1), || crate::ports::is_ready(admin))?;
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

/// What every service is told.
fn common(service: &str, admin: u16, ports: &Ports, otlp: Option<&str>) -> String {
    let otlp = otlp.map(|url| format!("otlp_endpoint = \"{url}\"\n")).unwrap_or_default();
    format!(
        "[chassis]\nenvironment = \"demo\"\nadmin_listen = \"127.0.0.1:{admin}\"\n{otlp}\
         [bus]\nurl = \"nats://127.0.0.1:{}\"\n\
         [database]\nurl = \"{}\"\n",
        ports.nats,
        databases::own_url(ports.postgres, service),
    )
}

/// What one service alone is told.
fn own(service: &str, ports: &Ports) -> String {
    let public_url = format!("http://127.0.0.1:{}", ports.gateway);
    match service {
        "gateway" => format!(
            "[web]\nlisten = \"127.0.0.1:{}\"\npublic_url = \"{public_url}\"\norganisation = \"Larkfield NHS Trust\"\n",
            ports.gateway
        ),
        "consent" => format!(
            "[clinical_source]\nurl = \"{}\"\n[identity_map]\nurl = \"{}\"\n[process]\npublic_url = \"{public_url}\"\n",
            databases::demo_url(ports.postgres, "clinical"),
            databases::demo_url(ports.postgres, "identity"),
        ),
        "mailer" => format!("[smtp]\nhost = \"127.0.0.1\"\nport = {}\n", ports.smtp),
        _ => format!(
            "[[databases]]\nname = \"demo\"\ntitle = \"Demo\"\n\
             description = \"Fictional patients of a psychiatric trust, de-identified, with their notes.\"\n\
             url = \"{}\"\n",
            databases::demo_url(ports.postgres, "research"),
        ),
    }
}
