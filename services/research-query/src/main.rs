//! Starts the research-query service on the chassis.

use std::process::ExitCode;

fn main() -> ExitCode {
    coffer_runtime::run::<coffer_research_query::ResearchQuery>()
}
