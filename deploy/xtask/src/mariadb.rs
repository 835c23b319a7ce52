//! A MariaDB server of our own, from the system's packages.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

use crate::owner::Owner;
use crate::process::{self, Signal};
use crate::shell::{capture, install};

/// The account that may do everything on every local server, and its password.
const ADMINISTRATOR: (&str, &str) = ("coffer", "coffer-demo");

/// Settings for tests, whose data may die with the machine.
const CARELESS: &[&str] =
    &["--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=0", "--skip-innodb-doublewrite"];

/// A server, known by its name.
pub(crate) struct Server {
    pub name: &'static str,
    pub port: u16,
    /// Whether its data must survive a power cut.
    pub durable: bool,
}

impl Server {
    /// Installs MariaDB if missing, makes the data if new, starts the server and waits until it answers.
    pub(crate) fn start(&self) -> anyhow::Result<()> {
        let program = server_program()?;
        let owner = Owner::of_server("mysql")?;
        let folder = owner.data_folder(self.name)?;
        let data = folder.join("data");
        if !data.exists() {
            initialise(&data, &owner)?;
        }
        let administrator = administrator_script(&owner)?;
        let mut server = Command::new(program);
        server
            .arg("--no-defaults") // first, or it is not understood
            .arg(option("datadir", &data))
            .arg(option("pid-file", &data.join("server.pid")))
            .arg(option("init-file", administrator.path()))
            .arg(format!("--port={}", self.port))
            .args(["--bind-address=127.0.0.1", "--socket=", "--skip-name-resolve", "--max-connections=200"])
            .args(["--character-set-server=utf8mb4", "--innodb-buffer-pool-size=64M"]);
        if !self.durable {
            server.args(CARELESS);
        }
        process::start(self.name, owner.run_as(&mut server))?;
        process::wait_until(self.name, Duration::from_mins(1), || execute(&self.url("mysql"), "do 1").is_ok())
    }

    /// The administrator's URL of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        let (user, password) = ADMINISTRATOR;
        format!("mysql://{user}:{password}@127.0.0.1:{}/{database}", self.port)
    }
}

/// Runs a script as the administrator of the server with this URL; stops at the first error.
pub(crate) fn execute(url: &str, sql: &str) -> anyhow::Result<String> {
    let (user, password) = ADMINISTRATOR;
    let (_, address) = url.split_once('@').context("the URL of MariaDB has no host")?;
    let (port, database) = address
        .rsplit_once(':')
        .and_then(|(_, rest)| rest.split_once('/'))
        .context("the URL of MariaDB has no port or no database")?;
    let mut client = Command::new("mariadb");
    client
        .args(["--no-defaults", "--batch", "--skip-column-names", "--host=127.0.0.1"])
        .args([format!("--port={port}"), format!("--user={user}"), format!("--execute={sql}")])
        .arg(database)
        .env("MYSQL_PWD", password);
    capture(&mut client)
}

/// Stops the server.
pub(crate) fn stop(name: &str) -> anyhow::Result<()> {
    process::stop(name, Signal::Terminate)
}

fn initialise(data: &Path, owner: &Owner) -> anyhow::Result<()> {
    let mut command = Command::new("mariadb-install-db");
    command.args(["--no-defaults", "--skip-test-db", "--skip-name-resolve"]).arg(option("datadir", data));
    capture(owner.run_as(&mut command)).map(drop)
}

/// The server runs this at each start, one statement a line: data that is new knows `root` alone, and that
/// one through a socket, which we don't open.
fn administrator_script(owner: &Owner) -> anyhow::Result<tempfile::NamedTempFile> {
    let (user, password) = ADMINISTRATOR;
    let mut script = tempfile::NamedTempFile::new().context("writing a script")?;
    writeln!(script, "create user if not exists {user}@'%' identified by '{password}';")?;
    writeln!(script, "grant all on *.* to {user}@'%' with grant option;")?;
    owner.give(script.path())?;
    Ok(script)
}

fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(format!("--{name}="));
    argument.push(path);
    argument
}

/// The server's program; installs the package if there is none.
fn server_program() -> anyhow::Result<PathBuf> {
    if let Some(found) = find_server_program() {
        return Ok(found);
    }
    install(&["mariadb-server"])?;
    find_server_program().context("MariaDB was installed, but its server is not found")
}

/// On the path, or where the package has it, which is on the path of root alone.
fn find_server_program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
    folders.map(|folder| folder.join("mariadbd")).find(|program| program.is_file())
}
