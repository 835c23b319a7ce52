//! `cargo xtask`: local stack, tests, lints and generators.

use std::process::ExitCode;

use clap::Parser as _;

mod assets;
mod bench;
mod chart;
mod lint;
mod mariadb;
mod nats;
mod owner;
mod paths;
mod ports;
mod postgres;
mod process;
mod proto;
mod python;
mod shell;
mod stack;
mod test;
mod test_services;
mod wheels;

/// Development tasks of Coffer.
#[derive(clap::Parser)]
#[command(bin_name = "cargo xtask")]
enum Task {
    /// Starts the local stack and prints its addresses
    Up(stack::Options),
    /// Stops the local stack; its data stays
    Down,
    /// Stops the local stack and deletes its data
    Reset,
    /// Fills the research database of the running stack anew
    Seed {
        /// How many times a thousand patients; those beyond the first thousand are in no identity map
        #[arg(long, default_value_t = 1)]
        scale: usize,
    },
    /// Runs all checks and tests
    Test {
        /// Go to `cargo nextest run`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Starts the servers that tests share and prints how to find them
    Services {
        /// Stops them instead
        #[arg(long)]
        stop: bool,
    },
    /// Measures the services as released, beside what the database's own client takes
    Bench { subject: bench::Subject },
    /// Checks format and lints
    Lint,
    /// Generates the Rust of the contracts and the plain manifests of the chart
    Gen {
        /// Fails if what is generated is not what contracts and chart say
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    match run(Task::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    match task {
        Task::Up(options) => stack::up(&options),
        Task::Down => stack::down(),
        Task::Reset => stack::reset(),
        Task::Seed { scale } => stack::seed(scale),
        Task::Test { arguments } => test::test(&arguments),
        Task::Services { stop: true } => test_services::stop(),
        Task::Services { stop: false } => test_services::start().map(|found| test_services::print(&found)),
        Task::Bench { subject } => bench::bench(subject),
        Task::Lint => lint::lint(),
        Task::Gen { check: true } => proto::check().and_then(|()| chart::check()),
        Task::Gen { check: false } => proto::generate().and_then(|()| chart::generate()),
    }
}
