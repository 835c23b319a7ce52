//! Research queries: what storing, reading and exporting a large result takes beside `psql \copy`.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::http::Caller;
use super::report::{Line, Report};
use super::system::{System, peak_memory};
use crate::paths::local_folder;
use crate::postgres;

const ROWS: u32 = 1_000_000;
const QUERY: &str = "select * from measurement";
const PAGE: u32 = 50;

/// Compares every row with every other: work for hours, of little memory and one row.
const LONG: &str = "select count(*) from measurement as one cross join measurement as other \
                    where one.visits + other.visits = 1000";

/// How often what takes seconds is repeated; the best counts.
const TIMES: u32 = 3;
/// How often what takes milliseconds is repeated.
const CALLS: u32 = 200;

/// Ten long runs at once, whoever asks for them.
const SETTINGS: [(&str, &str); 3] = [
    ("COFFER_LIMITS__RUNS_AT_ONCE", "10"),
    ("COFFER_LIMITS__RUNS_IN_ALL", "10"),
    ("COFFER_LIMITS__RUNS_PER_USER", "5"),
];

/// Measures everything.
pub(super) fn measure() -> anyhow::Result<()> {
    let script = std::iter::once(include_str!("measurements.sql").to_owned());
    let system = System::start(Box::new(script), &SETTINGS)?;
    let bench = Bench {
        researcher: caller(&system, "researcher")?,
        system,
        report: Report::default(),
        yardstick: Duration::ZERO,
    };
    bench.measure()
}

struct Bench {
    system: System,
    researcher: Caller,
    report: Report,
    /// The best time of `\copy`.
    yardstick: Duration,
}

impl Bench {
    fn measure(mut self) -> anyhow::Result<()> {
        self.copy()?;
        let run = self.run()?;
        self.page(&run, 1)?;
        self.page(&run, 5_000)?;
        for format in ["csv", "tsv", "parquet", "xlsx"] {
            self.export(&run, format)?;
        }
        self.home_page()?;
        self.report.finish()
    }

    fn copy(&mut self) -> anyhow::Result<()> {
        let file = file("copy.txt")?;
        let script = format!("\\copy ({QUERY}) to '{}'", file.display());
        let url = self.system.research_url();
        self.yardstick = best(|| postgres::execute(&url, &script).map(drop))?;
        let bytes = Some(std::fs::metadata(&file)?.len());
        std::fs::remove_file(&file)?;
        let line = Line { bytes, ..Line::new("psql \\copy to a file", self.yardstick) };
        self.add_large(line);
        Ok(())
    }

    /// Runs the query to its stored result; gives the run.
    fn run(&mut self) -> anyhow::Result<String> {
        peak_memory("research-query")?;
        let researcher = self.researcher.clone();
        let mut id = String::new();
        let time = best(|| {
            id = submit(&researcher, QUERY)?;
            wait_for(&researcher, &id, "done")
        })?;
        let run = self.researcher.get(&format!("/api/v1/query-runs/{id}"))?;
        if run.get("rows").and_then(Value::as_u64) != Some(ROWS.into()) {
            bail!("the result has not {ROWS} rows: {run}");
        }
        let bytes = run.get("bytes").and_then(Value::as_u64);
        self.add_large(Line { bytes, ..Line::new("run to the stored result", time) });
        Ok(id)
    }

    fn page(&mut self, run: &str, page: u32) -> anyhow::Result<()> {
        let path = format!("/api/v1/query-runs/{run}/rows?offset={}&limit={PAGE}", (page - 1) * PAGE);
        let times = (0..CALLS).map(|_| timed(|| self.researcher.fetch(&path)));
        let times: Vec<_> = times.collect::<anyhow::Result<_>>()?;
        let peak_bytes = Some(peak_memory("research-query")?);
        self.report.add(Line { peak_bytes, ..Line::calls(&format!("page {page}"), times, 99) });
        Ok(())
    }

    fn export(&mut self, run: &str, format: &str) -> anyhow::Result<()> {
        let file = file(&format!("export.{format}"))?;
        let path = format!("/api/v1/query-runs/{run}/export?format={format}");
        let mut bytes = 0;
        let mut download = || self.researcher.download(&path, &file).map(|count| bytes = count);
        // A workbook takes long and has no yardstick.
        let time = if format == "xlsx" { timed(download)? } else { best(&mut download)? };
        std::fs::remove_file(&file)?;
        self.add_large(Line { bytes: Some(bytes), ..Line::new(&format!("export as {format}"), time) });
        Ok(())
    }

    /// The home page, idle and while ten heavy queries run.
    fn home_page(&mut self) -> anyhow::Result<()> {
        let researcher = coffer_demo::user("researcher").context("the demo has a researcher")?;
        let port = self.system.gateway_port;
        let person = Caller::by_session(port, researcher.username, researcher.password)?;
        self.home_pages(&person, "home page, idle")?;
        let callers = [self.researcher.clone(), caller(&self.system, "researcher2")?];
        let runs = callers.iter().flat_map(|caller| std::iter::repeat_n(caller, 5));
        let runs: Vec<_> =
            runs.map(|caller| Ok((caller, submit(caller, LONG)?))).collect::<anyhow::Result<_>>()?;
        for (caller, run) in &runs {
            wait_for(caller, run, "running")?;
        }
        self.home_pages(&person, "home page, ten heavy queries")?;
        for (caller, run) in &runs {
            if state(caller, run)? != "running" {
                bail!("a heavy query was not heavy enough");
            }
            caller.delete(&format!("/api/v1/query-runs/{run}"))?;
        }
        Ok(())
    }

    fn home_pages(&mut self, person: &Caller, what: &str) -> anyhow::Result<()> {
        let times = (0..CALLS).map(|_| timed(|| person.fetch("/")));
        let times: Vec<_> = times.collect::<anyhow::Result<_>>()?;
        self.report.add(Line::calls(what, times, 95));
        Ok(())
    }

    /// Adds the line of something that handled all rows.
    fn add_large(&mut self, line: Line) {
        let seconds = line.milliseconds / 1000.0;
        self.report.add(Line {
            rows_per_second: Some(f64::from(ROWS) / seconds),
            ratio: Some(seconds / self.yardstick.as_secs_f64()),
            peak_bytes: peak_memory("research-query").ok(),
            ..line
        });
    }
}

fn caller(system: &System, username: &str) -> anyhow::Result<Caller> {
    let user = coffer_demo::user(username).context("the demo has this account")?;
    Ok(Caller::by_token(system.gateway_port, &user.api_token))
}

fn submit(caller: &Caller, sql: &str) -> anyhow::Result<String> {
    let run = caller.post("/api/v1/query-runs", &json!({"database": "demo", "sql": sql}))?;
    run.get("id").and_then(Value::as_str).map(str::to_owned).context("a run has an id")
}

fn state(caller: &Caller, run: &str) -> anyhow::Result<String> {
    let run = caller.get(&format!("/api/v1/query-runs/{run}"))?;
    run.get("state").and_then(Value::as_str).map(str::to_owned).context("a run has a state")
}

fn wait_for(caller: &Caller, run: &str, wanted: &str) -> anyhow::Result<()> {
    let end = Instant::now() + Duration::from_mins(2);
    while Instant::now() < end {
        match state(caller, run) {
            Ok(state) if state == wanted => return Ok(()),
            Ok(state) if state != "queued" && state != "running" => bail!("the run is {state}"),
            Ok(_) => {}
            Err(error) => eprintln!("asking again: {error:#}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!("the run was not {wanted} in time")
}

fn file(name: &str) -> anyhow::Result<PathBuf> {
    Ok(local_folder("bench")?.join(name))
}

fn timed<T>(act: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<Duration> {
    let start = Instant::now();
    act()?;
    Ok(start.elapsed())
}

fn best(mut act: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let times = (0..TIMES).map(|_| timed(&mut act));
    let times: Vec<_> = times.collect::<anyhow::Result<_>>()?;
    times.into_iter().min().context("measured at least once")
}
