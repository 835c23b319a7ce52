//! What a PostgreSQL database tells, and what it refuses.

use coffer_research_databases::{ExecutionError, Problem};
use coffer_testkit::TestDatabase;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::support::{Research, some};

async fn prepared(sql: &str) -> (TestDatabase, Research) {
    let database = coffer_testkit::database().await;
    let mut connection = PgConnection::connect(&database.url).await.unwrap();
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
    let research = Research::at(&database.url, &["public", "Second one"]);
    (database, research)
}

const TABLES: &str = "
    create schema \"Second one\";
    create schema hidden;
    create table hidden.secret (x int);
    create table note (
        id int primary key, rid text not null, \"Text of it\" text, title text, words tsvector, day date
    );
    comment on table note is 'Notes';
    comment on column note.rid is 'Research id';
    create index on note (rid, day);
    create index on note using gin (to_tsvector('english', \"Text of it\"));
    create index on note using gin (words);
    create view \"Second one\".titles as select title from note;
    insert into note select g, 'r', 'text', 'title' from generate_series(1, 500) g;
    analyze note;";

#[tokio::test(flavor = "multi_thread")]
async fn the_structure_is_told() {
    let (_server, research) = prepared(TABLES).await;
    let lines = research.database.structure().await.unwrap();
    let names: Vec<_> =
        lines.iter().map(|line| format!("{}.{}.{}", line.schema, line.table, line.name)).collect();
    let expected = [
        "Second one.titles.title",
        "public.note.id",
        "public.note.rid",
        "public.note.Text of it",
        "public.note.title",
        "public.note.words",
        "public.note.day",
    ];
    assert_eq!(names, expected);
    let indexed: Vec<_> = lines.iter().filter(|line| line.indexed).map(|line| line.name.as_str()).collect();
    assert_eq!(indexed, ["id", "rid", "words"]);
    let full_text: Vec<_> = lines.iter().filter(|line| line.full_text).map(|line| &*line.name).collect();
    assert_eq!(full_text, ["Text of it", "words"]);
    let rid = &lines[2];
    assert_eq!((rid.rows, rid.table_comment.as_str(), rid.comment.as_str()), (500, "Notes", "Research id"));
    assert_eq!((rid.data_type.as_str(), rid.nullable), ("text", false));
    assert_eq!(lines[0].rows, -1);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_without_a_schema_are_sought_in_the_permitted_ones() {
    let (_server, research) = prepared(TABLES).await;
    assert_eq!(research.rows("select count(*) from titles").await.unwrap().row(), [some("500")]);
    let error = research.rows("select * from secret").await.unwrap_err();
    assert_eq!(error, ExecutionError::Sql("Relation \"secret\" does not exist.".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_refuses_to_write_even_past_the_gate() {
    let (_server, research) = prepared(
        "create table t (x int);
         create function make() returns int language sql as 'insert into t values (1) returning x';
         create function make_definer() returns int language sql security definer
             as 'insert into t values (1) returning x';
         create function unlock() returns int language plpgsql
             as 'begin set transaction read write; insert into t values (1); return 1; end';",
    )
    .await;
    for function in ["make", "make_definer", "unlock"] {
        let error = research.rows(&format!("select {function}()")).await.unwrap_err();
        assert!(matches!(error, ExecutionError::Sql(_)), "{function}: {error:?}");
    }
    assert_eq!(research.rows("select count(*) from t").await.unwrap().row(), [some("0")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_words_of_the_database_reach_the_person() {
    let (_server, research) = prepared(TABLES).await;
    let cases = [
        (
            "select titel from note",
            "Column \"titel\" does not exist. Perhaps you meant to reference the column \"note.title\".",
        ),
        ("select 1 / (id - id) from note", "Division by zero."),
        ("select (select id from note)", "More than one row returned by a subquery used as an expression."),
        ("select rid::int from note", "Invalid input syntax for type integer: \"r\"."),
    ];
    for (sql, words) in cases {
        assert_eq!(research.rows(sql).await.unwrap_err(), ExecutionError::Sql(words.to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_may_only_read_needs_no_warning() {
    let (server, research) = prepared(TABLES).await;
    let warning = research.database.warning().await.unwrap().unwrap();
    assert!(warning.contains("it is a superuser."), "{warning}");
    let (_, name) = server.url.rsplit_once('/').unwrap();
    let mut connection = PgConnection::connect(&server.url).await.unwrap();
    let role = format!("reader_of_{name}");
    let make = format!(
        "create role {role} login password 'x'; revoke create on schema public from public;
         grant select on note to {role};"
    );
    connection.execute(AssertSqlSafe(make)).await.unwrap();
    let url = server.url.replace("coffer:coffer-demo", &format!("{role}:x"));
    let reader = Research::at(&url, &["public", "Second one"]);
    let before = reader.database.warning().await;
    let structure = reader.database.structure().await;
    let grant = format!("grant update (title) on note to {role}; grant pg_read_server_files to {role};");
    connection.execute(AssertSqlSafe(grant)).await.unwrap();
    let after = reader.database.warning().await;
    let drop = format!("drop owned by {role}; drop role {role};");
    connection.execute(AssertSqlSafe(drop)).await.unwrap();
    assert_eq!(before, Ok(None));
    assert!(structure.unwrap().iter().all(|line| line.table == "note"));
    let after = after.unwrap().unwrap();
    assert!(
        after.contains("it is a member of pg_read_server_files and may change the table public.note."),
        "{after}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_of_the_data_is_what_the_sites_query_says() {
    let (server, research) = prepared(TABLES).await;
    let version = async |query| Research::versioned(&server.url, query).data_version().await;
    assert_eq!(research.database.data_version().await, Ok(None));
    assert_eq!(version("select max(id), 'x' from note;").await, Ok(Some("500".to_owned())));
    assert_eq!(version("select null from note").await, Ok(None));
    assert_eq!(version("select 1 where false").await, Ok(None));
    assert_eq!(version("select no_such_column from note").await, Err(Problem::Unreachable));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_down_or_refuses_says_so() {
    let nowhere = Research::at("postgres://coffer:x@127.0.0.1:1/x", &["public"]);
    assert_eq!(nowhere.database.structure().await, Err(Problem::Unreachable));
    assert_eq!(nowhere.rows("select 1").await.unwrap_err(), ExecutionError::Unreachable);
    let server = coffer_testkit::database().await;
    for url in [server.url.replace("coffer-demo", "wrong"), format!("{}_missing", server.url)] {
        let refused = Research::at(&url, &["public"]);
        assert_eq!(refused.database.structure().await, Err(Problem::AccountRefused));
        assert_eq!(refused.rows("select 1").await.unwrap_err(), ExecutionError::AccountRefused);
    }
}
