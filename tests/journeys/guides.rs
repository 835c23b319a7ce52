//! The program in the guide for Python does what the guide says.

use std::path::Path;
use std::process::Stdio;

use coffer_tests::System;
use tempfile::TempDir;
use tokio::process::Command;

const GUIDE: &str = include_str!("../../docs/guides/python.md");

/// Asks for what the gate refuses, then for what takes too long.
const TROUBLE: &str = r#"
import guide
try:
    guide.submit("delete from note")
except guide.CofferError as error:
    print(error.status, error.fields[0][0], bool(error.trace_id))
run = guide.submit("select count(*) from note a, note b, note c where length(a.body || b.body || c.body) < 0")
try:
    guide.wait(run, most=1)
except TimeoutError:
    print(run)
"#;

#[tokio::test]
async fn the_program_for_python_runs_pages_downloads_and_cancels() {
    let system = System::start().await;
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("guide.py"), first_program()).unwrap();

    let said = python(&system, folder.path(), &["guide.py"]).await;
    let (rows, rest) = said.split_once(" rows, SHA-256 ").unwrap();
    let rows: usize = rows.parse().unwrap();
    let file = std::fs::read_to_string(folder.path().join("care-plans.csv")).unwrap();
    assert!(rows > 0 && file.starts_with("rid,written_on,kind"), "{said}");
    assert_eq!(file.lines().count(), 1 + rows);
    let dates = file.lines().skip(1).filter_map(|line| line.split(',').nth(1));
    let newest = dates.max().unwrap();
    assert!(rest.contains(&format!("newest: {newest}\n")), "{said}");

    let said = python(&system, folder.path(), &["-c", TROUBLE]).await;
    let (refusal, run) = said.trim().split_once('\n').unwrap();
    assert_eq!(refusal, "422 sql True");
    assert_eq!(system.api("researcher").ended(run).await["state"], "cancelled");
}

/// The first block of the guide, which needs nothing but Python.
fn first_program() -> &'static str {
    GUIDE.split_once("```python\n").unwrap().1.split_once("```").unwrap().0
}

/// Runs Python as the researcher; gives what it printed, which never holds the token.
async fn python(system: &System, folder: &Path, arguments: &[&str]) -> String {
    let token = coffer_demo::user("researcher").unwrap().api_token;
    let mut python = Command::new("python3");
    python.args(arguments).current_dir(folder).stdin(Stdio::null());
    python.env("COFFER_URL", &system.gateway).env("COFFER_TOKEN", &token);
    let output = python.output().await.unwrap();
    let [said, complained] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert!(output.status.success(), "{said}{complained}");
    assert!(!said.contains(&token) && !complained.contains(&token));
    said
}
