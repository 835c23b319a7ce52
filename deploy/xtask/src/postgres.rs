//! A PostgreSQL cluster of our own, from the system's packages.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::owner::Owner;
use crate::process::{self, Signal};
use crate::shell::{capture, install};

/// The superuser of every local cluster, and its password.
const SUPERUSER: (&str, &str) = ("coffer", "coffer-demo");

/// Settings for tests, whose data may die with the machine.
const CARELESS: &[&str] = &["fsync=off", "synchronous_commit=off", "full_page_writes=off", IMPATIENT];

/// A client that stops in the middle of signing in (the task of a test that has ended) holds up every `drop database`
/// until the server gives up on it, by default after a minute.
const IMPATIENT: &str = "authentication_timeout=10s";

/// A cluster, known by its name.
pub(crate) struct Cluster {
    pub name: &'static str,
    pub port: u16,
    /// Whether its data must survive a power cut.
    pub durable: bool,
}

impl Cluster {
    /// Installs PostgreSQL if missing, makes the cluster if new, starts the server and waits for it.
    pub(crate) fn start(&self) -> anyhow::Result<()> {
        let binaries = binaries()?;
        let owner = Owner::of_server("postgres")?;
        let data = owner.data_folder(self.name)?;
        if !data.join("PG_VERSION").exists() {
            initialise(&binaries, &data, &owner)?;
        }
        let mut server = Command::new(binaries.join("postgres"));
        server
            .arg("-D")
            .arg(&data)
            .args(["-p", &self.port.to_string()])
            .args(["-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories="])
            .args(["-c", "max_connections=300"]);
        if !self.durable {
            server.args(CARELESS.iter().flat_map(|setting| ["-c", setting]));
        }
        process::start(self.name, owner.run_as(&mut server))?;
        let probe = binaries.join("pg_isready");
        process::wait_until(self.name, Duration::from_mins(1), || {
            let port = self.port.to_string();
            capture(Command::new(&probe).args(["-q", "-h", "127.0.0.1", "-p", &port])).is_ok()
        })
    }

    /// The superuser's URL of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        let (user, password) = SUPERUSER;
        format!("postgres://{user}:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs a script in a database as superuser.
    pub(crate) fn execute(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        execute(&self.url(database), sql)
    }
}

/// Runs a script that comes in parts, as they come; stops at the first error.
pub(crate) fn feed(url: &str, parts: impl IntoIterator<Item = String>) -> anyhow::Result<()> {
    let mut psql = Command::new(binaries()?.join("psql"));
    psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-"]);
    let mut client =
        psql.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().context("cannot start psql")?;
    if let Some(mut input) = client.stdin.take() {
        for part in parts {
            if input.write_all(part.as_bytes()).is_err() {
                break; // psql has given up, and says why below
            }
        }
    }
    let output = client.wait_with_output().context("waiting for psql")?;
    if !output.status.success() {
        bail!("psql failed: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

/// Runs a script; stops at the first error.
pub(crate) fn execute(url: &str, sql: &str) -> anyhow::Result<String> {
    let script = tempfile::NamedTempFile::new().context("writing a script")?;
    fs::write(script.path(), sql)?;
    let mut psql = Command::new(binaries()?.join("psql"));
    psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url, "-f"]).arg(script.path());
    capture(&mut psql)
}

/// Stops the server.
pub(crate) fn stop(name: &str) -> anyhow::Result<()> {
    process::stop(name, Signal::Interrupt)
}

fn initialise(binaries: &Path, data: &Path, owner: &Owner) -> anyhow::Result<()> {
    let (user, password) = SUPERUSER;
    let password_file = tempfile::NamedTempFile::new().context("writing the password")?;
    fs::write(password_file.path(), password)?;
    owner.give(password_file.path())?;
    let mut command = Command::new(binaries.join("initdb"));
    command
        .args(["--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--no-sync"])
        .args(["--username", user])
        .arg("--pwfile")
        .arg(password_file.path())
        .arg("-D")
        .arg(data);
    capture(owner.run_as(&mut command)).map(drop)
}

/// The folder of the newest installed server; installs the package if there is none.
fn binaries() -> anyhow::Result<PathBuf> {
    if let Some(found) = newest_binaries() {
        return Ok(found);
    }
    install(&["postgresql"])?;
    newest_binaries().context("PostgreSQL was installed, but its programs are not found")
}

fn newest_binaries() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>())
        .find(|folder| folder.join("initdb").is_file());
    let versions = fs::read_dir("/usr/lib/postgresql").ok();
    let packaged = versions
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let folder = entry.ok()?.path();
            let version: u32 = folder.file_name()?.to_str()?.parse().ok()?;
            let binaries = folder.join("bin");
            binaries.join("initdb").is_file().then_some((version, binaries))
        })
        .max_by_key(|(version, _)| *version);
    packaged.map(|(_, binaries)| binaries).or(on_path)
}
