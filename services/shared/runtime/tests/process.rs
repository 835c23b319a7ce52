//! A whole process on the chassis: probes over HTTP, log lines, drain, exit codes.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests"
)]

use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    admin: String,
}

fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_coffer-bare"));
    command.envs(variables.iter().copied()).kill_on_drop(true).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Process {
    async fn start(variables: &[(&str, &str)]) -> Self {
        let mut child = command(variables).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut process = Self { child, lines, admin: String::new() };
        let started = process.line("started").await;
        process.admin = format!("http://{}", started["admin"].as_str().unwrap());
        process
    }

    /// The next log line with this message.
    async fn line(&mut self, message: &str) -> Value {
        while let Some(line) = self.lines.next_line().await.unwrap() {
            let line: Value = serde_json::from_str(&line).unwrap();
            if line["message"] == message {
                return line;
            }
        }
        panic!("no log line {message:?}");
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let response = reqwest::get(format!("{}{path}", self.admin)).await.unwrap();
        (response.status(), response.text().await.unwrap())
    }

    async fn terminate(&self) {
        let pid = self.child.id().unwrap().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    }

    async fn exit_code(&mut self) -> Option<i32> {
        let ended = tokio::time::timeout(Duration::from_secs(20), self.child.wait()).await;
        ended.expect("the process hangs").unwrap().code()
    }
}

#[tokio::test]
async fn probes_answer_and_sigterm_drains() {
    let mut process = Process::start(&[]).await;
    for path in ["/livez", "/startupz", "/readyz"] {
        assert_eq!(process.get(path).await.0, StatusCode::OK, "{path}");
    }
    let (status, metrics) = process.get("/metrics").await;
    assert_eq!(status, StatusCode::OK);
    assert!(metrics.contains(r#"service_name="coffer-bare""#), "{metrics}");

    process.terminate().await;
    process.line("asked to stop, draining").await;
    let (status, report) = process.get("/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(report.contains(r#""draining":true"#), "{report}");
    process.line("work finished").await;
    assert_eq!(process.exit_code().await, Some(0));
}

#[tokio::test]
async fn log_lines_carry_their_origin() {
    let mut process = Process::start(&[]).await;
    process.terminate().await;
    let line = process.line("work finished").await;
    assert_eq!(line["trace_id"].as_str().unwrap().len(), 32);
    assert_eq!(line["span_id"].as_str().unwrap().len(), 16);
    let line = process.line("stopped").await;
    assert_eq!(line["service"], "coffer-bare");
    assert_eq!(line["trace_id"], Value::Null);
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["failed"], false);
    assert!(line["timestamp"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn readiness_names_the_broken_part() {
    let process = Process::start(&[("COFFER_BARE__BROKEN_PART", "true")]).await;
    let (status, report) = process.get("/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["parts"]["part"]["problem"], "the part is broken");
    assert_eq!(process.get("/livez").await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_task_that_fails_ends_the_process_with_an_error() {
    let mut process = Process::start(&[("COFFER_BARE__TEMPER", "failing")]).await;
    let line = process.line("task failed, draining").await;
    assert_eq!((&line["task"], &line["error"]), (&"temper".into(), &"the task gave up".into()));
    assert_eq!(process.exit_code().await, Some(1));
}

#[tokio::test]
async fn a_panic_is_named_without_its_data() {
    let variables = [("COFFER_BARE__TEMPER", "panicking"), ("COFFER_CHASSIS__INSTANCE", "secret-name")];
    let mut process = Process::start(&variables).await;
    let line = process.line("panic").await;
    assert!(line["location"].as_str().unwrap().contains("bare/main.rs"));
    assert!(!line.to_string().contains("secret-name"));
    process.line("task failed, draining").await;
    assert_eq!(process.exit_code().await, Some(1));
}

#[tokio::test]
async fn a_task_that_stays_is_dropped_at_the_deadline() {
    let variables = [("COFFER_BARE__TEMPER", "stubborn"), ("COFFER_CHASSIS__DRAIN_SECONDS", "1")];
    let mut process = Process::start(&variables).await;
    process.terminate().await;
    process.line("drain took too long, dropping tasks").await;
    assert_eq!(process.exit_code().await, Some(0));
}

#[tokio::test]
async fn a_second_signal_ends_at_once() {
    let mut process = Process::start(&[("COFFER_BARE__TEMPER", "stubborn")]).await;
    process.terminate().await;
    process.line("asked to stop, draining").await;
    let begun = Instant::now();
    process.terminate().await;
    assert_eq!(process.exit_code().await, Some(143));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_unreachable_collector_blocks_neither_start_nor_end() {
    let begun = Instant::now();
    let mut process = Process::start(&[("COFFER_CHASSIS__OTLP_ENDPOINT", "http://127.0.0.1:9")]).await;
    process.terminate().await;
    assert_eq!(process.exit_code().await, Some(0));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn check_config_shows_settings_and_no_secret() {
    let output =
        command(&[("COFFER_BARE__PASSWORD", "hunter2")]).arg("--check-config").output().await.unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains(r#"password = "(hidden)""#) && !text.contains("hunter2"), "{text}");
    assert!(text.contains("drain_seconds = 25"), "{text}");
}

#[tokio::test]
async fn wrong_settings_refuse_to_start_with_their_source() {
    let output = command(&[("COFFER_BARE__COLOUR", "blue")]).output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("bare.colour") && text.contains("COFFER_BARE__COLOUR"), "{text}");
}

#[tokio::test]
async fn setup_alone_ends_well() {
    let output = command(&[]).arg("setup").output().await.unwrap();
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).unwrap().contains("set up"));
}
