//! What was measured, as a table for people and as a file.

use std::fs;
use std::time::Duration;

use anyhow::Context;
use serde::Serialize;

use crate::paths::local_folder;

/// A line of the report.
#[derive(Serialize)]
pub(super) struct Line {
    pub what: String,
    /// For all of it; for many calls the middle one.
    pub milliseconds: f64,
    /// For many calls the time within which 95 or 99 in a hundred were answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tail: Option<(u32, f64)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_per_second: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// How many times as long as `\copy` it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// The most memory that research-query held meanwhile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_bytes: Option<u64>,
}

/// All lines.
#[derive(Default, Serialize)]
pub(super) struct Report {
    lines: Vec<Line>,
}

impl Line {
    pub(super) fn new(what: &str, time: Duration) -> Self {
        Self {
            what: what.to_owned(),
            milliseconds: milliseconds(time),
            tail: None,
            rows_per_second: None,
            bytes: None,
            ratio: None,
            peak_bytes: None,
        }
    }

    /// Many calls, of which the middle one and a slow one are told.
    pub(super) fn calls(what: &str, mut times: Vec<Duration>, percent: u32) -> Self {
        times.sort_unstable();
        let at = |percent: usize| times.get((times.len() * percent).div_ceil(100).saturating_sub(1));
        let time = |percent: u32| at(percent as usize).copied().unwrap_or_default();
        let tail = Some((percent, milliseconds(time(percent))));
        Self { tail, ..Self::new(what, time(50)) }
    }
}

impl Report {
    pub(super) fn add(&mut self, line: Line) {
        println!("{}", line.shown());
        self.lines.push(line);
    }

    /// Writes `.local/bench/research.json` and prints the table.
    pub(super) fn finish(&self) -> anyhow::Result<()> {
        let file = local_folder("bench")?.join("research.json");
        fs::write(&file, serde_json::to_vec_pretty(self)?).context("writing the report")?;
        println!("\n| what | ms | p95/p99 ms | rows/s | MB | ratio to \\copy | peak of research-query, MB |");
        println!("|---|---|---|---|---|---|---|");
        for line in &self.lines {
            println!("| {} | {} |", line.what, line.cells().join(" | "));
        }
        Ok(())
    }
}

impl Line {
    fn shown(&self) -> String {
        format!("  {:<44}{}", self.what, self.cells().map(|cell| format!("{cell:>11}")).concat())
    }

    fn cells(&self) -> [String; 6] {
        let megabytes = |bytes: Option<u64>| bytes.map_or_else(String::new, |bytes| tenths(bytes, 1_000_000));
        [
            format!("{:.1}", self.milliseconds),
            self.tail.map_or_else(String::new, |(_, tail)| format!("{tail:.1}")),
            self.rows_per_second.map_or_else(String::new, |rows| format!("{rows:.0}")),
            megabytes(self.bytes),
            self.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}")),
            megabytes(self.peak_bytes),
        ]
    }
}

fn tenths(number: u64, unit: u64) -> String {
    let tenths = (number * 10 + unit / 2) / unit;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
