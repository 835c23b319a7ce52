//! The servers that integration tests share: each test has its own database and namespace in them.

use std::fs;

use anyhow::Context;

use crate::paths::{local, local_folder};
use crate::postgres::{self, Cluster};
use crate::{nats, ports, process};

const POSTGRES: &str = "test-postgres";
const NATS: &str = "test-nats";

/// The environment variables by which coffer-testkit finds the servers, with their values.
pub(crate) type Environment = Vec<(String, String)>;

/// Starts the servers unless they run; gives their addresses.
pub(crate) fn start() -> anyhow::Result<Environment> {
    if is_running() {
        return read_environment();
    }
    stop()?;
    postgres::delete(POSTGRES)?;
    nats::delete(NATS)?;
    let cluster = Cluster { name: POSTGRES, port: ports::free()?, durable: false };
    cluster.start()?;
    let server = nats::Server { name: NATS, port: ports::free()?, durable: false, accounts: String::new() };
    server.start()?;
    let environment = vec![
        ("COFFER_TEST_POSTGRES".to_owned(), cluster.url("postgres")),
        ("COFFER_TEST_NATS".to_owned(), server.url()),
    ];
    write_environment(&environment)?;
    Ok(environment)
}

/// Whether both run.
pub(crate) fn is_running() -> bool {
    process::is_running(POSTGRES) && process::is_running(NATS)
}

/// Stops both.
pub(crate) fn stop() -> anyhow::Result<()> {
    nats::stop(NATS)?;
    postgres::stop(POSTGRES)
}

/// Lines for a shell to source.
pub(crate) fn exports(environment: &Environment) -> String {
    let lines: Vec<_> = environment.iter().map(|(name, value)| format!("export {name}={value}\n")).collect();
    lines.concat()
}

fn write_environment(environment: &Environment) -> anyhow::Result<()> {
    local_folder("")?;
    fs::write(environment_file(), exports(environment)).context("writing the addresses")
}

fn read_environment() -> anyhow::Result<Environment> {
    let text = fs::read_to_string(environment_file()).context("reading the addresses")?;
    let pairs = text.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
    Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
}

fn environment_file() -> std::path::PathBuf {
    local("test-services.env")
}
