//! `cargo xtask bench`: measurements with the real services, as ratios to what the database's own client takes.

mod http;
mod report;
mod research;
mod system;

/// What is measured.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Subject {
    /// A query of a million rows: to the stored result, by page, as files; and pages while ten queries run
    Research,
}

/// Measures, prints a table and writes `.local/bench/<subject>.json`.
pub(crate) fn bench(subject: Subject) -> anyhow::Result<()> {
    match subject {
        Subject::Research => research::measure(),
    }
}
