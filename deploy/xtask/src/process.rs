//! Long-running processes: started detached, logged under `.local/log`, known by a file under `.local/run`.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::paths::{local, local_folder};
use crate::shell::capture;

/// How a process is asked to end.
#[derive(Clone, Copy)]
pub(crate) enum Signal {
    /// The usual request.
    Terminate,
    /// PostgreSQL's fast shutdown.
    Interrupt,
}

/// Starts `command` in its own process group, so that it outlives this program and its terminal.
pub(crate) fn start(name: &str, command: &mut Command) -> anyhow::Result<()> {
    let log = log_file(name)?;
    let output = File::create(&log).with_context(|| format!("creating {}", log.display()))?;
    let child = command
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .process_group(0)
        .spawn()
        .with_context(|| format!("cannot start {name}"))?;
    Running::write(name, child.id())
}

/// Waits until `ready` says so; fails with the end of the log when the process ends before.
pub(crate) fn wait_until(name: &str, patience: Duration, ready: impl Fn() -> bool) -> anyhow::Result<()> {
    let end = Instant::now() + patience;
    while !ready() {
        let problem = if !is_running(name) {
            "ended early"
        } else if Instant::now() > end {
            "did not become ready in time"
        } else {
            std::thread::sleep(Duration::from_millis(50));
            continue;
        };
        let log = log_file(name)?;
        let text = fs::read_to_string(&log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(15)..).unwrap_or_default();
        bail!("{name} {problem}; see {}:\n{}", log.display(), tail.join("\n"));
    }
    Ok(())
}

/// Whether the process that was started under this name still runs.
pub(crate) fn is_running(name: &str) -> bool {
    Running::read(name).is_some_and(|process| process.is_alive())
}

/// The id of the process that was started under this name, if it runs.
pub(crate) fn id(name: &str) -> Option<String> {
    Running::read(name).filter(Running::is_alive).map(|process| process.id)
}

/// Ends the process if it runs: asks, waits, and after 30 s insists.
pub(crate) fn stop(name: &str, signal: Signal) -> anyhow::Result<()> {
    let Some(process) = Running::read(name) else {
        return Ok(());
    };
    if process.is_alive() {
        process.kill(match signal {
            Signal::Terminate => "-TERM",
            Signal::Interrupt => "-INT",
        })?;
    }
    let end = Instant::now() + Duration::from_secs(30);
    while process.is_alive() {
        if Instant::now() > end {
            process.kill("-KILL")?;
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    fs::remove_file(pid_file(name)).context("removing the process id")
}

/// A process that was started before, known by its id and the time of its start: ids are used again.
struct Running {
    id: String,
    started: String,
}

impl Running {
    fn write(name: &str, id: u32) -> anyhow::Result<()> {
        let started = start_time(&id.to_string()).unwrap_or_default();
        local_folder("run")?;
        fs::write(pid_file(name), format!("{id} {started}")).context("writing the process id")
    }

    fn read(name: &str) -> Option<Self> {
        let text = fs::read_to_string(pid_file(name)).ok()?;
        let (id, started) = text.trim().split_once(' ')?;
        Some(Self { id: id.to_owned(), started: started.to_owned() })
    }

    fn is_alive(&self) -> bool {
        start_time(&self.id).is_some_and(|started| started == self.started)
    }

    fn kill(&self, signal: &str) -> anyhow::Result<()> {
        // By the shell, since a program of this name is not everywhere.
        capture(Command::new("sh").args(["-c", "kill \"$0\" \"$1\"", signal, &self.id])).map(drop)
    }
}

/// When a process started, in ticks since the machine did; none if it is gone or a zombie.
fn start_time(id: &str) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name before `)` may hold anything; then the state follows, and the start as the 20th field.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ');
    (fields.next()? != "Z").then(|| fields.nth(18).map(str::to_owned))?
}

fn pid_file(name: &str) -> PathBuf {
    local("run").join(format!("{name}.pid"))
}

fn log_file(name: &str) -> anyhow::Result<PathBuf> {
    Ok(local_folder("log")?.join(format!("{name}.log")))
}
