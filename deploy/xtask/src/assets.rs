//! The pages' style sheet and script: built by Node, from the lock file.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

use crate::paths::root;
use crate::shell::{capture, command_in, is_installed};

/// Installs Node packages and builds the assets, if the lock file or a source changed since the last time.
pub(crate) fn build() -> anyhow::Result<()> {
    let gateway = root().join("services/gateway");
    let lock = gateway.join("package-lock.json");
    // npm writes this file at the end of a complete installation.
    if is_older(&gateway.join("node_modules/.package-lock.json"), &lock) {
        need_node()?;
        println!("installing Node packages");
        capture(command_in(&gateway, "npm").args(["ci", "--no-audit", "--no-fund"]))?;
    }
    let sources = fs::read_dir(gateway.join("assets")).context("reading the assets")?;
    let built = gateway.join("assets/dist/coffer.css");
    let stale = sources
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file())
        .chain([lock])
        .any(|source| is_older(&built, &source));
    if stale {
        need_node()?;
        println!("building the assets");
        capture(command_in(&gateway, "npm").args(["run", "build"]))?;
    }
    Ok(())
}

fn need_node() -> anyhow::Result<()> {
    if !is_installed("node") || !is_installed("npm") {
        bail!("the pages' assets are built by Node: please install Node (20 or later) with npm first");
    }
    Ok(())
}

/// Whether `made` is missing or older than `source`.
fn is_older(made: &Path, source: &Path) -> bool {
    let time = |path: &Path| path.metadata().and_then(|metadata| metadata.modified()).ok();
    time(made) < time(source)
}
