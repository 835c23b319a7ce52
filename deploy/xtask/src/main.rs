//! `cargo xtask`: local stack, tests, lints and generators.

use clap::Parser as _;

mod nats;
mod paths;
mod ports;
mod postgres;
mod process;
mod proto;
mod services;
mod shell;

/// Development tasks of Coffer.
#[derive(clap::Parser)]
#[command(bin_name = "cargo xtask")]
enum Task {
    /// Starts the servers that tests use and prints how to find them
    Services {
        /// Stops them instead
        #[arg(long)]
        stop: bool,
    },
    /// Generates the Rust of the contracts
    Gen,
}

fn main() -> anyhow::Result<()> {
    match Task::parse() {
        Task::Services { stop: true } => services::stop(),
        Task::Services { stop: false } => {
            print!("{}", services::exports(&services::start()?));
            Ok(())
        }
        Task::Gen => proto::generate(),
    }
}
