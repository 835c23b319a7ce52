//! How executions in PostgreSQL end: at their limit, on request, when nobody reads; and what they leave behind.

use std::time::{Duration, Instant};

use coffer_research_databases::{Execution, ExecutionError, Limits};
use coffer_testkit::TestDatabase;
use futures::StreamExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::support::{LIMITS, Research, collect, some, until};

/// Waits longer than any test; a function, since the gate refuses to sleep.
const TABLES: &str = "
    create function nap(seconds float8) returns int language plpgsql
        as 'begin perform pg_sleep(seconds); return 1; end';
    create table locked (x int);
    create view session (path, run_time, read_only, number) as
        select current_setting('search_path'), current_setting('statement_timeout'),
               current_setting('transaction_read_only'), pg_backend_pid();";

async fn prepared() -> (TestDatabase, Research) {
    let database = coffer_testkit::database().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    connection.execute(AssertSqlSafe(TABLES)).await.unwrap();
    let research = Research::at(&database.url, &["public"]);
    (database, research)
}

/// How many of our sessions the server lists.
async fn sessions(url: &str) -> i64 {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar(
        "select count(*) from pg_stat_activity
          where application_name = 'coffer-research-query' and datname = current_database()",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_limit_ends_a_query() {
    let (server, research) = prepared().await;
    let limits = Limits { run_time: Duration::from_millis(300), ..LIMITS };
    let start = Instant::now();
    let error = research.rows_within("select nap(60)", &limits).await.unwrap_err();
    assert_eq!(error, ExecutionError::TimedOut);
    assert!(start.elapsed() < Duration::from_secs(2));
    until("the end of the session", async || sessions(&server.url).await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_limit_holds_when_nobody_reads() {
    let (server, research) = prepared().await;
    let limits = Limits { run_time: Duration::from_secs(3), ..LIMITS };
    let sql = "select repeat('x', 1000), g from generate_series(1, 5000000) g";
    let mut execution = research.start(sql, &limits).await.unwrap();
    execution.batches.next().await.unwrap().unwrap();
    until("the end of the session", async || sessions(&server.url).await == 0).await;
    let rest: Vec<_> = execution.batches.collect().await;
    assert_eq!(rest.last().unwrap().as_ref().unwrap_err(), &ExecutionError::TimedOut);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_another_session_is_not_waited_for() {
    let (server, research) = prepared().await;
    let mut holder = PgConnection::connect(&server.url).await.unwrap();
    let mut transaction = holder.begin().await.unwrap();
    transaction.execute("lock table locked in access exclusive mode").await.unwrap();
    let limits = Limits { lock_time: Duration::from_millis(200), ..LIMITS };
    let error = research.rows_within("select * from locked", &limits).await.unwrap_err();
    assert!(matches!(&error, ExecutionError::Sql(words) if words.contains("lock")), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_before_the_first_poll() {
    let (server, research) = prepared().await;
    let execution = research.start("select nap(0)", &LIMITS).await.unwrap();
    assert!(research.database.is_running(&execution.backend).await.unwrap());
    let mut connection = PgConnection::connect(&server.url).await.unwrap();
    let state: String = sqlx::query_scalar("select state from pg_stat_activity where pid = $1")
        .bind(number(&execution))
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(state, "idle in transaction");
    assert_eq!(collect(execution).await.unwrap().row(), [some("1")]);
    until("the end of the session", async || sessions(&server.url).await == 0).await;
}

fn number(execution: &Execution) -> i32 {
    execution.backend.to_string().split(' ').nth(1).unwrap().parse().unwrap()
}

/// The three moments: before the first row, between rows, and while the server sends to nobody.
#[rstest::rstest]
#[case::before_the_first_row("select nap(60)", 0)]
#[case::in_the_middle(
    "select g, nap(case when g > 9500 then 60 else 0 end) from generate_series(1, 9999) g",
    1
)]
#[case::while_sending("select repeat('x', 1000), g from generate_series(1, 5000000) g", 1)]
#[case::before_the_start("select 1", -1)]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_ends_the_session_within_two_seconds(#[case] sql: &'static str, #[case] batches: i32) {
    let (server, research) = prepared().await;
    let Execution { backend, batches: mut rows, .. } = research.start(sql, &LIMITS).await.unwrap();
    for _ in 0..batches {
        rows.next().await.unwrap().unwrap();
    }
    let (reader, _unread) = if batches == 0 {
        (Some(tokio::spawn(async move { rows.next().await.unwrap().map(drop) })), None)
    } else {
        (None, Some(rows))
    };
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(research.database.is_running(&backend).await.unwrap());
    let start = Instant::now();
    // As another worker would: by the text alone.
    let backend = backend.to_string().parse().unwrap();
    research.database.end(&backend).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2));
    assert!(!research.database.is_running(&backend).await.unwrap());
    until("the end of all sessions", async || sessions(&server.url).await == 0).await;
    if let Some(reader) = reader {
        assert_eq!(reader.await.unwrap(), Err(ExecutionError::Cancelled));
    }
    research.database.end(&backend).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_the_same_number_is_left_alone() {
    let (_server, research) = prepared().await;
    let execution = research.start("select 1", &LIMITS).await.unwrap();
    let other = format!("postgresql {} 20200101000000000000", number(&execution)).parse().unwrap();
    assert!(!research.database.is_running(&other).await.unwrap());
    research.database.end(&other).await.unwrap();
    assert_eq!(collect(execution).await.unwrap().row(), [some("1")]);
}

#[rstest::rstest]
#[case::unread("select nap(60)", 0)]
#[case::half_read("select repeat('x', 1000) from generate_series(1, 5000000)", 1)]
#[tokio::test(flavor = "multi_thread")]
async fn dropping_an_execution_ends_its_session(#[case] sql: &'static str, #[case] batches: usize) {
    let (server, research) = prepared().await;
    let mut execution = research.start(sql, &LIMITS).await.unwrap();
    for _ in 0..batches {
        execution.batches.next().await.unwrap().unwrap();
    }
    let polled = tokio::time::timeout(Duration::from_millis(100), execution.batches.next()).await;
    assert_eq!(polled.is_err(), batches == 0);
    assert_eq!(sessions(&server.url).await, 1);
    drop(execution);
    let time = until("the end of the session", async || sessions(&server.url).await == 0).await;
    assert!(time < Duration::from_secs(2), "{time:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_setting_of_one_run_reaches_the_next() {
    let (_server, research) = prepared().await;
    let sql = "select * from session";
    let first = research.rows(sql).await.unwrap().row();
    assert_eq!(first[..3], [some("\"public\""), some("30s"), some("on")]);
    let limits = Limits { run_time: Duration::from_secs(7), ..LIMITS };
    let second = research.rows_within(sql, &limits).await.unwrap().row();
    assert_eq!(second[1], some("7s"));
    assert_ne!(first[3], second[3]);
}
