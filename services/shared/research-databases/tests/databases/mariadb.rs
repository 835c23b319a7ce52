//! What a MariaDB database tells, what it refuses, and how its executions end.

use std::time::{Duration, Instant};

use coffer_research_databases::{Execution, ExecutionError, Limits, Problem};
use coffer_testkit::TestMariaDb;
use futures::StreamExt as _;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection};

use crate::support::{LIMITS, Research, collect, some, until};

const TABLES: &str = "
    create table note (
        id int primary key, rid varchar(40) not null comment 'Research id', text longtext, day date,
        index (rid, day), fulltext (text)
    ) comment 'Notes';
    create view session as select variable_name, variable_value from information_schema.session_variables
        where variable_name in ('MAX_STATEMENT_TIME', 'TX_READ_ONLY', 'TIME_ZONE', 'SQL_MODE');
    create view titles as select rid from note;
    insert into note select seq, 'r', 'text', null from seq_1_to_500;
    analyze table note;
    create function nap(seconds double) returns int not deterministic return sleep(seconds);
    create function make() returns int modifies sql data begin insert into note (id, rid) values (0, 'x'); return 1; end;";

async fn prepared() -> (TestMariaDb, Research) {
    let server = coffer_testkit::mariadb().await;
    let mut connection = MySqlConnection::connect(&server.url).await.unwrap();
    connection.execute(sqlx::raw_sql(TABLES)).await.unwrap();
    let research = Research::at(&server.url, &[&server.name]);
    (server, research)
}

async fn sessions(server: &TestMariaDb) -> i64 {
    let mut connection = MySqlConnection::connect(&server.url).await.unwrap();
    sqlx::query_scalar(
        "select count(*) from information_schema.processlist where db = ? and id <> connection_id()",
    )
    .bind(&server.name)
    .fetch_one(&mut connection)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_structure_is_told() {
    let (server, research) = prepared().await;
    let lines = research.database.structure().await.unwrap();
    let names: Vec<_> = lines.iter().map(|line| format!("{}.{}", line.table, line.name)).collect();
    let expected = [
        "note.id",
        "note.rid",
        "note.text",
        "note.day",
        "session.variable_name",
        "session.variable_value",
        "titles.rid",
    ];
    assert_eq!(names, expected);
    assert!(lines.iter().all(|line| line.schema == server.name));
    let indexed: Vec<_> = lines.iter().filter(|line| line.indexed).map(|line| &*line.name).collect();
    assert_eq!(indexed, ["id", "rid"]);
    let full_text: Vec<_> = lines.iter().filter(|line| line.full_text).map(|line| &*line.name).collect();
    assert_eq!(full_text, ["text"]);
    let rid = &lines[1];
    assert_eq!((rid.rows, rid.table_comment.as_str(), rid.comment.as_str()), (500, "Notes", "Research id"));
    assert_eq!((rid.data_type.as_str(), rid.nullable), ("varchar(40)", false));
    assert_eq!((lines[6].rows, lines[6].table_comment.as_str()), (-1, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_refuses_to_write_even_past_the_gate() {
    let (_server, research) = prepared().await;
    let error = research.rows("select make()").await.unwrap_err();
    assert!(matches!(&error, ExecutionError::Sql(words) if words.contains("READ ONLY")), "{error:?}");
    assert_eq!(research.rows("select count(*) from note").await.unwrap().row(), [some("500")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_the_database_reach_the_person() {
    let (_server, research) = prepared().await;
    let error = research.rows("select titel from note").await.unwrap_err();
    assert!(matches!(&error, ExecutionError::Sql(words) if words.starts_with("Unknown column 'titel'")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_only_read_needs_no_warning() {
    let (server, research) = prepared().await;
    let warning = research.database.warning().await.unwrap().unwrap();
    assert!(warning.contains("it has ALL PRIVILEGES on *.*."), "{warning}");
    let mut connection = MySqlConnection::connect(&server.url).await.unwrap();
    let role = format!("reader_{}", server.name.rsplit_once('_').unwrap().1.get(..12).unwrap());
    let make =
        format!("create user {role} identified by 'x'; grant select on {}.note to {role}", server.name);
    connection.execute(sqlx::raw_sql(AssertSqlSafe(make))).await.unwrap();
    let reader =
        Research::at(&server.url.replace("coffer:coffer-demo", &format!("{role}:x")), &[&server.name]);
    let before = reader.database.warning().await;
    let structure = reader.database.structure().await;
    let rows = reader.rows("select count(*) from note").await;
    let execution = reader.start("select 1", &LIMITS).await.unwrap();
    let ended = reader.database.end(&execution.backend).await;
    let grant = format!("grant file on *.* to {role}");
    connection.execute(sqlx::raw_sql(AssertSqlSafe(grant))).await.unwrap();
    let after = reader.database.warning().await;
    connection.execute(sqlx::raw_sql(AssertSqlSafe(format!("drop user {role}")))).await.unwrap();
    assert_eq!(before, Ok(None));
    assert!(structure.unwrap().iter().all(|line| line.table == "note"));
    assert_eq!(rows.unwrap().row(), [some("500")]);
    assert_eq!(ended, Ok(()));
    assert!(after.unwrap().unwrap().contains("it has FILE on *.*."));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_of_the_data_is_what_the_sites_query_says() {
    let (server, research) = prepared().await;
    let version = async |query| Research::versioned(&server.url, query).data_version().await;
    assert_eq!(research.database.data_version().await, Ok(None));
    assert_eq!(version("select max(id), 'x' from note;").await, Ok(Some("500".to_owned())));
    assert_eq!(version("select null from note").await, Ok(None));
    assert_eq!(version("select 1 from note where id < 0").await, Ok(None));
    assert_eq!(version("select no_such_column from note").await, Err(Problem::Unreachable));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_of_another_session_is_not_waited_for() {
    let (server, research) = prepared().await;
    let mut holder = MySqlConnection::connect(&server.url).await.unwrap();
    holder.execute(sqlx::raw_sql("lock tables note write")).await.unwrap();
    let limits = Limits { lock_time: Duration::from_millis(200), ..LIMITS };
    let started = research.start("select * from note", &limits).await;
    let error = match started {
        Ok(execution) => collect(execution).await.unwrap_err(),
        Err(error) => error,
    };
    assert!(matches!(&error, ExecutionError::Sql(words) if words.contains("lock")), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_down_or_refuses_says_so() {
    let nowhere = Research::at("mysql://coffer:x@127.0.0.1:1/x", &["x"]);
    assert_eq!(nowhere.database.structure().await, Err(Problem::Unreachable));
    assert_eq!(nowhere.rows("select 1").await.unwrap_err(), ExecutionError::Unreachable);
    let server = coffer_testkit::mariadb().await;
    for url in [server.url.replace("coffer-demo", "wrong"), format!("{}_missing", server.url)] {
        let refused = Research::at(&url.replace("mysql:", "mariadb:"), &["x"]);
        assert_eq!(refused.database.structure().await, Err(Problem::AccountRefused));
        assert_eq!(refused.rows("select 1").await.unwrap_err(), ExecutionError::AccountRefused);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_limit_ends_a_query() {
    let (server, research) = prepared().await;
    let limits = Limits { run_time: Duration::from_millis(300), ..LIMITS };
    let start = Instant::now();
    let error = research.rows_within("select nap(60)", &limits).await.unwrap_err();
    assert_eq!(error, ExecutionError::TimedOut);
    assert!(start.elapsed() < Duration::from_secs(2));
    until("the end of the session", async || sessions(&server).await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_time_limit_holds_when_nobody_reads() {
    let (server, research) = prepared().await;
    let limits = Limits { run_time: Duration::from_secs(3), ..LIMITS };
    let sql = "select repeat('x', 1000), seq from seq_1_to_5000000";
    let mut execution = research.start(sql, &limits).await.unwrap();
    execution.batches.next().await.unwrap().unwrap();
    until("the end of the session", async || sessions(&server).await == 0).await;
    let rest: Vec<_> = execution.batches.collect().await;
    assert_eq!(rest.last().unwrap().as_ref().unwrap_err(), &ExecutionError::TimedOut);
}

/// The three moments: before the first row, between rows, and while the server sends to nobody.
#[rstest::rstest]
#[case::before_the_first_row("select nap(60)", 0)]
#[case::in_the_middle("select seq, nap(if(seq > 10000, 60, 0)) from seq_1_to_10100", 1)]
#[case::while_sending("select repeat('x', 1000), seq from seq_1_to_5000000", 1)]
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
    until("the end of all sessions", async || sessions(&server).await == 0).await;
    if let Some(reader) = reader {
        assert_eq!(reader.await.unwrap(), Err(ExecutionError::Cancelled));
    }
    research.database.end(&backend).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_the_same_number_is_left_alone() {
    let (_server, research) = prepared().await;
    let execution = research.start("select 1", &LIMITS).await.unwrap();
    let number = execution.backend.to_string().split(' ').nth(1).unwrap().to_owned();
    let other = format!("mysql {number} 550e8400e29b41d4a716446655440000").parse().unwrap();
    assert!(!research.database.is_running(&other).await.unwrap());
    research.database.end(&other).await.unwrap();
    assert_eq!(collect(execution).await.unwrap().row(), [some("1")]);
}

#[rstest::rstest]
#[case::unread("select nap(60)", 0)]
#[case::half_read("select repeat('x', 1000) from seq_1_to_5000000", 1)]
#[tokio::test(flavor = "multi_thread")]
async fn dropping_an_execution_ends_its_session(#[case] sql: &'static str, #[case] batches: usize) {
    let (server, research) = prepared().await;
    let mut execution = research.start(sql, &LIMITS).await.unwrap();
    for _ in 0..batches {
        execution.batches.next().await.unwrap().unwrap();
    }
    let polled = tokio::time::timeout(Duration::from_millis(100), execution.batches.next()).await;
    assert_eq!(polled.is_err(), batches == 0);
    assert_eq!(sessions(&server).await, 1);
    drop(execution);
    let time = until("the end of the session", async || sessions(&server).await == 0).await;
    assert!(time < Duration::from_secs(2), "{time:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_setting_of_one_run_reaches_the_next() {
    let (_server, research) = prepared().await;
    let sql = "select variable_value from session order by variable_name";
    let first = research.rows(sql).await.unwrap().column(0);
    assert_eq!(first[0], some("30.000000"));
    assert_eq!(first[2..], [some("+00:00"), some("ON")]);
    assert!(!first[1].as_deref().unwrap().contains("ANSI_QUOTES"));
    let limits = Limits { run_time: Duration::from_secs(7), ..LIMITS };
    assert_eq!(research.rows_within(sql, &limits).await.unwrap().column(0)[0], some("7.000000"));
}
