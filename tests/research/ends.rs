//! However a run ends, the research database stops working on it, and the run is never left running.

use std::time::{Duration, Instant};

use coffer_tests::{System, SystemOptions};
use reqwest::StatusCode;
use serde_json::Value;
use sqlx::{Connection as _, PgConnection};

/// Minutes of work without a row, and without a function that the gate refuses.
pub(crate) const ENDLESS: &str =
    "select count(*) as pairs from generate_series(1, 300000) a, generate_series(1, 300000) b
                        where (a * b) % 7919 = 1";

/// Backends that work on the research database for the service.
async fn backends(system: &System) -> Vec<i32> {
    let mut connection = PgConnection::connect(system.database_url("demo_research")).await.unwrap();
    let working = "select pid from pg_stat_activity
                    where datname = current_database() and state = 'active' and query like '%generate_series%'
                      and pid <> pg_backend_pid()";
    sqlx::query_scalar(working).fetch_all(&mut connection).await.unwrap()
}

async fn expect_backends(system: &System, expected: usize, within: Duration) {
    let end = Instant::now() + within;
    while backends(system).await.len() != expected {
        assert!(Instant::now() < end, "the database still has not {expected} of our queries");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_cancelled_run_is_gone_from_the_database_within_two_seconds() {
    let system = System::start().await;
    let researcher = system.api("researcher");
    let run = researcher.run(ENDLESS).await;
    expect_backends(&system, 1, Duration::from_secs(10)).await;
    let path = format!("/query-runs/{run}");
    let (status, answer) = researcher.delete(&path).await;
    assert!(status.is_success(), "{status} {answer}");
    expect_backends(&system, 0, Duration::from_secs(2)).await;
    assert_eq!(researcher.ended(&run).await["state"], "cancelled");
    assert_eq!(researcher.delete(&path).await.0, StatusCode::CONFLICT);
    assert_eq!(researcher.get(&format!("{path}/rows")).await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_run_that_takes_too_long_is_ended_and_says_so() {
    let setting = ("research-query", "COFFER_LIMITS__RUN_SECONDS", "2".to_owned());
    let system = System::start_with(SystemOptions { settings: vec![setting], ..Default::default() }).await;
    let researcher = system.api("researcher");
    let run = researcher.ended(&researcher.run(ENDLESS).await).await;
    assert_eq!(run["state"], "timed_out", "{run:#}");
    assert!(run["problem"].as_str().unwrap().contains("2 seconds"), "{run:#}");
    expect_backends(&system, 0, Duration::from_secs(2)).await;
}

#[tokio::test]
async fn a_run_whose_worker_was_killed_is_taken_over() {
    let mut system = System::start().await;
    let researcher = system.api("researcher");
    let run = researcher.run(ENDLESS).await;
    expect_backends(&system, 1, Duration::from_secs(10)).await;
    let orphan = backends(&system).await;
    system.kill("research-query");
    system.restart("research-query");
    system.wait_until_ready("research-query").await;
    // The lease of the dead one has to lapse first.
    let end = Instant::now() + Duration::from_secs(40);
    while !backends(&system).await.iter().any(|backend| !orphan.contains(backend)) {
        assert!(Instant::now() < end, "nobody took the run over");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    expect_backends(&system, 1, Duration::from_secs(10)).await;
    assert_ne!(backends(&system).await, orphan, "the query of the dead worker goes on");
    researcher.delete(&format!("/query-runs/{run}")).await;
    assert_eq!(researcher.ended(&run).await["state"], "cancelled");
    expect_backends(&system, 0, Duration::from_secs(2)).await;
}

#[tokio::test]
async fn a_run_that_is_given_back_at_the_stop_is_run_by_the_next_process() {
    let mut system = System::start().await;
    let researcher = system.api("researcher");
    let slow = "select count(*) as pairs from generate_series(1, 4000) a, generate_series(1, 4000) b
                 where (a * b) % 7919 = 1";
    let run = researcher.run(slow).await;
    system.stop("research-query");
    system.restart("research-query");
    system.wait_until_ready("research-query").await;
    let run = researcher.ended(&run).await;
    assert_eq!((&run["state"], &run["rows"]), (&Value::from("done"), &Value::from(1)), "{run:#}");
}
