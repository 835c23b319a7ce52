//! The servers that integration tests share: each test has its own database and namespace in them.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;

use crate::paths::{local, local_folder};
use crate::postgres::{self, Cluster};
use crate::{chart, mariadb, nats, owner, ports, process, python};

const POSTGRES: Shared = Shared { name: "test-postgres", variable: "COFFER_TEST_POSTGRES" };
const MARIADB: Shared = Shared { name: "test-mariadb", variable: "COFFER_TEST_MARIADB" };
const NATS: Shared = Shared { name: "test-nats", variable: "COFFER_TEST_NATS" };

/// A server, and the variable by which coffer-testkit finds it.
struct Shared {
    name: &'static str,
    variable: &'static str,
}

/// The environment variables by which coffer-testkit finds the servers, with their values.
pub(crate) type Environment = Vec<(String, String)>;

/// Starts each server unless it runs; gives their addresses.
pub(crate) fn start() -> anyhow::Result<Environment> {
    let known = read_environment().unwrap_or_default();
    let addresses = [
        (POSTGRES, start_postgres as fn() -> anyhow::Result<String>),
        (MARIADB, start_mariadb),
        (NATS, start_nats),
    ];
    let environment = addresses.into_iter().map(|(server, start)| {
        let running = value(&known, server.variable).filter(|_| process::is_running(server.name));
        let address = running.map_or_else(start, |address| Ok(address.to_owned()))?;
        Ok((server.variable.to_owned(), address))
    });
    let mut environment = environment.collect::<anyhow::Result<Environment>>()?;
    environment.extend(chart::environment()?);
    environment.push((python::VARIABLE.to_owned(), python::path()?.display().to_string()));
    write_environment(&environment)?;
    Ok(environment)
}

fn start_postgres() -> anyhow::Result<String> {
    postgres::stop(POSTGRES.name)?;
    owner::delete(POSTGRES.name)?;
    let cluster = Cluster { name: POSTGRES.name, port: ports::free()?, durable: false };
    cluster.start()?;
    Ok(cluster.url("postgres"))
}

fn start_mariadb() -> anyhow::Result<String> {
    mariadb::stop(MARIADB.name)?;
    owner::delete(MARIADB.name)?;
    let server = mariadb::Server { name: MARIADB.name, port: ports::free()?, durable: false };
    server.start()?;
    Ok(server.url("mysql"))
}

fn start_nats() -> anyhow::Result<String> {
    nats::stop(NATS.name)?;
    nats::delete(NATS.name)?;
    let server = nats::Server { name: NATS.name, port: ports::free()?, durable: false };
    server.start()?;
    Ok(server.url())
}

/// Drops the databases of tests that were killed; those of the last hour may be in use by another run.
pub(crate) fn drop_stale_databases(environment: &Environment) -> anyhow::Result<()> {
    let address = |server: Shared| {
        value(environment, server.variable).with_context(|| format!("{} is not known", server.variable))
    };
    postgres::execute(
        address(POSTGRES)?,
        r"select format('drop database %I with (force)', datname) from pg_database
           where datname ~ '^coffer_test_[0-9]+_'
             and split_part(datname, '_', 3)::bigint < extract(epoch from now()) - 3600 \gexec",
    )?;
    let mariadb = address(MARIADB)?;
    let stale = mariadb::execute(
        mariadb,
        "select concat('drop database ', schema_name, ';') from information_schema.schemata
          where schema_name regexp '^coffer_test_[0-9]+_'
            and substring_index(substring_index(schema_name, '_', 3), '_', -1) < unix_timestamp() - 3600",
    )?;
    mariadb::execute(mariadb, &stale).map(drop)
}

/// Whether all run.
pub(crate) fn is_running() -> bool {
    [POSTGRES, MARIADB, NATS].iter().all(|server| process::is_running(server.name))
}

/// Stops all.
pub(crate) fn stop() -> anyhow::Result<()> {
    nats::stop(NATS.name)?;
    mariadb::stop(MARIADB.name)?;
    postgres::stop(POSTGRES.name)
}

fn value<'a>(environment: &'a Environment, variable: &str) -> Option<&'a str> {
    environment.iter().find(|(name, _)| name == variable).map(|(_, value)| value.as_str())
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
