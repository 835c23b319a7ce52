//! The known ways out of a read-only query, each through every way that leads to a database, on both engines.
//!
//! The services' accounts are those of superusers here: nothing but the gate stands in the way.

use coffer_query_gate::{Dialect, Purpose, escapes};
use coffer_tests::{Api, System, SystemOptions};
use futures::{StreamExt as _, stream};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::{Connection as _, MySqlConnection, PgConnection};

#[tokio::test]
async fn none_of_the_known_escapes_leads_anywhere() {
    let maria = coffer_testkit::mariadb().await;
    let mut connection = MySqlConnection::connect(&maria.url).await.unwrap();
    let table =
        "create table note (note_id integer primary key, body text); insert into note values (1, 'x')";
    sqlx::raw_sql(table).execute(&mut connection).await.unwrap();
    let second = format!(
        "[[databases]]\nname = \"second\"\nurl = \"{}\"\nschemas = [\"{}\"]\n",
        maria.url, maria.name
    );
    let options = SystemOptions { research_databases: second, ..SystemOptions::default() };
    let system = System::start_with(options).await;
    let researcher = system.api("researcher");
    let before = (postgres_content(&system).await, maria_content(&mut connection).await);

    let tries: Vec<_> = escapes()
        .filter_map(|escape| match escape.dialect {
            Dialect::PostgreSql => Some(("demo", escape.sql)),
            Dialect::MySql => Some(("second", escape.sql)),
            Dialect::SqlServer => None, // no server of this make here; the gate's own tests have it
        })
        .flat_map(|(database, sql)| Purpose::ALL.map(|purpose| (database, sql, purpose)))
        .collect();
    assert!(tries.len() > 2 * 60 * 3, "only {} tries", tries.len());
    stream::iter(tries)
        .for_each_concurrent(8, |(database, sql, purpose)| refused(&researcher, database, sql, purpose))
        .await;

    // What is refused leaves no run, so there is nothing to page or to export either.
    let (_, runs) = researcher.get("/query-runs").await;
    assert_eq!(runs["total"], 0, "{runs:#}");
    assert_eq!((postgres_content(&system).await, maria_content(&mut connection).await), before);
}

async fn refused(api: &Api, database: &str, sql: &str, purpose: Purpose) {
    let body = json!({"database": database, "sql": sql, "kind": purpose.as_str()});
    let (status, problem) = api.post("/query-runs", &body).await;
    assert_eq!(
        status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{database} {}: {sql}\n{problem:#}",
        purpose.as_str()
    );
    assert_eq!(problem["errors"][0]["field"], "sql", "{sql}\n{problem:#}");
}

/// All tables with their rows, and what a session could leave behind.
async fn postgres_content(system: &System) -> String {
    let mut connection = PgConnection::connect(system.database_url("demo_research")).await.unwrap();
    let content = "select string_agg(relname || ' ' || relkind::text, ',' order by relname) || md5(string_agg(n, ''))
                     from pg_class, (select md5(string_agg(note::text, '' order by note_id)) as n from note) notes
                    where relnamespace = 'public'::regnamespace";
    sqlx::query_scalar(content).fetch_one(&mut connection).await.unwrap()
}

async fn maria_content(connection: &mut MySqlConnection) -> Vec<(String, i64)> {
    let tables = "select table_name, (select count(*) from note) from information_schema.tables
                   where table_schema = database() order by table_name";
    sqlx::query_as(tables).fetch_all(connection).await.unwrap()
}
