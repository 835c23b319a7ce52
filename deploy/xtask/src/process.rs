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
    local_folder("run")?;
    fs::write(pid_file(name), child.id().to_string()).context("writing the process id")
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
    fs::read_to_string(pid_file(name)).is_ok_and(|pid| is_alive(pid.trim()))
}

/// Ends the process if it runs: asks, waits, and after 30 s insists.
pub(crate) fn stop(name: &str, signal: Signal) -> anyhow::Result<()> {
    let file = pid_file(name);
    let Ok(pid) = fs::read_to_string(&file) else {
        return Ok(());
    };
    let pid = pid.trim();
    if is_alive(pid) {
        kill(
            pid,
            match signal {
                Signal::Terminate => "-TERM",
                Signal::Interrupt => "-INT",
            },
        )?;
        let end = Instant::now() + Duration::from_secs(30);
        while is_alive(pid) {
            if Instant::now() > end {
                kill(pid, "-KILL")?;
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
    fs::remove_file(&file).context("removing the process id")
}

fn kill(pid: &str, signal: &str) -> anyhow::Result<()> {
    capture(Command::new("kill").args([signal, pid])).map(drop)
}

/// Alive and not a zombie that waits for its parent.
fn is_alive(pid: &str) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

fn pid_file(name: &str) -> PathBuf {
    local("run").join(format!("{name}.pid"))
}

fn log_file(name: &str) -> anyhow::Result<PathBuf> {
    Ok(local_folder("log")?.join(format!("{name}.log")))
}
