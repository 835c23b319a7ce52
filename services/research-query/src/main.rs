//! Starts the research-query service on the chassis.

use std::process::ExitCode;

/// Megabytes come and go with each part of a result, on several threads. The system's allocator keeps what each
/// thread has freed; this one gives it back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    coffer_runtime::run::<coffer_research_query::ResearchQuery>()
}
