//! The servers that integration tests share: each test has its own database and namespace in them.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;

use crate::paths::{local, local_folder};
use crate::postgres::{self, Cluster};
use crate::{nats, ports, process};

const POSTGRES: &str = "test-postgres";
const NATS: &str = "test-nats";

const POSTGRES_VARIABLE: &str = "COFFER_TEST_POSTGRES";
const NATS_VARIABLE: &str = "COFFER_TEST_NATS";

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
    let server = nats::Server { name: NATS, port: ports::free()?, durable: false };
    server.start()?;
    let environment = vec![
        (POSTGRES_VARIABLE.to_owned(), cluster.url("postgres")),
        (NATS_VARIABLE.to_owned(), server.url()),
    ];
    write_environment(&environment)?;
    Ok(environment)
}

/// Drops the databases of tests that were killed; those of the last hour may be in use by another run.
pub(crate) fn drop_stale_databases(environment: &Environment) -> anyhow::Result<()> {
    let url = environment.iter().find(|(name, _)| name == POSTGRES_VARIABLE).map(|(_, url)| url);
    let url = url.context("the address of PostgreSQL is not known")?;
    postgres::execute(
        url,
        r"select format('drop database %I with (force)', datname) from pg_database
           where datname ~ '^coffer_test_[0-9]+_'
             and split_part(datname, '_', 3)::bigint < extract(epoch from now()) - 3600 \gexec",
    )
    .map(drop)
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

/// Prints lines for a shell to source.
pub(crate) fn print(environment: &Environment) {
    print!("{}", exports(environment));
}

fn exports(environment: &Environment) -> String {
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

fn environment_file() -> PathBuf {
    local("test-services.env")
}
