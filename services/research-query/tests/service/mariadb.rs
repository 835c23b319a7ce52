//! Runs in a MariaDB beside a PostgreSQL: one service, two makes of database.

use std::time::{Duration, Instant};

use coffer_proto::query::v1::{Parameter, SubmitRun};
use coffer_testkit::{TestMariaDb, mariadb};
use sqlx::{AssertSqlSafe, Connection, MySqlConnection};

use crate::world::{World, person, research_database, stop, submission};

const NOTES: &str = "
    create table note (rid varchar(10) primary key, body text);
    insert into note values ('R1', 'first'), ('R2', 'second'), ('R3', null);
    create table big (n integer);
    insert into big with recursive counted as (select 1 as n union all select n + 1 from counted where n < 1000)
        select n from counted;";
const SLOW: &str = "select count(*) from big a, big b, big c, big d where (a.n * b.n + c.n * d.n) % 7 = 8";

async fn world() -> (World, TestMariaDb) {
    let mariadb = mariadb().await;
    let mut connection = MySqlConnection::connect(&mariadb.url).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(NOTES)).execute(&mut connection).await.unwrap();
    let mut world = World::new("create table note (rid text)").await;
    let mut settings = research_database("other", &mariadb.url);
    settings.schemas = vec![mariadb.name.clone()];
    "RID".clone_into(&mut settings.rid_column);
    world.settings.databases.push(settings);
    (world, mariadb)
}

/// How many sessions of this database execute the slow query, by the server's own list.
async fn sessions(mariadb: &TestMariaDb) -> i64 {
    let mut connection = MySqlConnection::connect(&mariadb.url).await.unwrap();
    sqlx::query_scalar(
        "select count(*) from information_schema.processlist
         where db = database() and id <> connection_id() and info like '%big%'",
    )
    .fetch_one(&mut connection)
    .await
    .unwrap()
}

async fn wait_for_sessions(mariadb: &TestMariaDb, count: i64) {
    let begun = Instant::now();
    while sessions(mariadb).await != count {
        assert!(begun.elapsed() < Duration::from_secs(20), "never {count} sessions");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_query_with_a_parameter_runs_there_and_the_other_database_too() {
    let (world, _mariadb) = world().await;
    let running = world.start().await;
    let researcher = person("researcher");
    let parameters =
        vec![Parameter { name: "rid".to_owned(), kind: "text".to_owned(), value: Some("R2".to_owned()) }];
    let question = SubmitRun {
        database: "other".to_owned(),
        parameters,
        ..submission(&researcher, "select rid, body from note where rid >= :rid order by rid")
    };
    let run = world.ask(question).await;
    let run = world.wait_for(&researcher, &run.id, "done").await;
    assert_eq!((run.rows, run.columns[0].people.as_str()), (2, "rid"));
    assert!(run.certificate.unwrap().sql.contains('?'));
    assert_eq!(world.done(&researcher, "select rid from note").await.rows, 0);
    stop(&running).await;
}

#[tokio::test]
async fn cancelling_and_timing_out_end_the_query_there() {
    let (mut world, mariadb) = world().await;
    world.settings.databases[1].limits.run_seconds = Some(4);
    let running = world.start().await;
    let researcher = person("researcher");
    let slow = SubmitRun { database: "other".to_owned(), ..submission(&researcher, SLOW) };
    let run = world.ask(slow.clone()).await;
    wait_for_sessions(&mariadb, 1).await;
    let begun = Instant::now();
    world.cancel(&researcher, &run.id).await;
    world.wait_for(&researcher, &run.id, "cancelled").await;
    assert_eq!(sessions(&mariadb).await, 0);
    assert!(begun.elapsed() < Duration::from_secs(2), "it took {:?}", begun.elapsed());

    let run = world.ask(slow).await;
    wait_for_sessions(&mariadb, 1).await;
    let run = world.wait_for(&researcher, &run.id, "timed_out").await;
    assert!(run.problem.contains("4 seconds"), "{}", run.problem);
    assert_eq!(sessions(&mariadb).await, 0);
    stop(&running).await;
}
