//! Running other programs, with a plain sentence when one is missing or fails.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// Runs to the end; output goes to the terminal.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let line = describe(command);
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed: {status}");
    }
    Ok(())
}

/// Runs to the end and gives what it printed; its output is shown only when it fails.
pub(crate) fn capture(command: &mut Command) -> anyhow::Result<String> {
    let line = describe(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start `{line}`"))?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        bail!("`{line}` failed: {}\n{stdout}{stderr}", output.status);
    }
    Ok(stdout.into_owned())
}

/// Whether a program of this name is on the path.
pub(crate) fn is_installed(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// Installs packages of the system, which takes root.
pub(crate) fn install(packages: &[&str]) -> anyhow::Result<()> {
    let names = packages.join(" ");
    if !is_installed("apt-get") || !is_root()? {
        bail!("please install {names} first (on Debian, as root: apt-get install {names})");
    }
    println!("installing {names}");
    let update = Command::new("apt-get").args(["-qq", "update"]).status();
    if !update.is_ok_and(|status| status.success()) {
        println!("apt-get update failed; going on with the package lists that are here");
    }
    capture(
        Command::new("apt-get")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(packages),
    )?;
    Ok(())
}

/// Whether this process is root, which PostgreSQL refuses to run as.
pub(crate) fn is_root() -> anyhow::Result<bool> {
    Ok(capture(Command::new("id").arg("-u"))?.trim() == "0")
}

/// A command in a folder.
pub(crate) fn command_in(folder: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder);
    command
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    line.join(" ")
}
