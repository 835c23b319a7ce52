//! Starts the mailer.

use std::process::ExitCode;

fn main() -> ExitCode {
    coffer_runtime::run::<coffer_mailer::Mailer>()
}
