//! The gateway's process: the chassis does the rest.

use std::process::ExitCode;

fn main() -> ExitCode {
    coffer_runtime::run::<coffer_gateway::Gateway>()
}
