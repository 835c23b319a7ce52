//! Exports: whole files, each recorded, also those that nobody took to the end.

use std::time::Duration;

use coffer_bus::{AskError, FileStream};
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::common::v1::{Caller, Refusal};
use coffer_proto::query::v1::{ExportResult, FileBegin, Filter, RunExported, View};
use futures::TryStreamExt as _;
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use sqlx::{Connection, FromRow, PgConnection};

use crate::results::rows;
use crate::world::{World, person, stop};

const FORMATS: [&str; 4] = ["csv", "tsv", "xlsx", "parquet"];
/// More than may be under way to a reader that takes nothing.
const LARGE: &str = "select i, md5(i::text) || md5((-i)::text) as a from generate_series(1, 300000) i";

pub(crate) fn export(caller: &Caller, run: &str, format: &str) -> ExportResult {
    ExportResult {
        caller: Some(caller.clone()),
        run_id: run.to_owned(),
        format: format.to_owned(),
        view: None,
    }
}

/// Reads a file to its end.
pub(crate) async fn file(world: &World, question: &ExportResult) -> (FileBegin, Vec<u8>) {
    let (begin, stream) = open(world, question).await.unwrap();
    (begin, bytes(stream).await.unwrap())
}

/// The refusal that comes instead of a file.
pub(crate) async fn refused(world: &World, question: &ExportResult) -> Refusal {
    let error = match open(world, question).await {
        Ok((_, stream)) => bytes(stream).await.unwrap_err(),
        Err(error) => error,
    };
    let AskError::Refused(refusal) = error else { panic!("not refused: {error}") };
    refusal
}

async fn open(world: &World, question: &ExportResult) -> Result<(FileBegin, FileStream), AskError> {
    world.asker.ask_stream(question).await
}

async fn bytes(stream: FileStream) -> Result<Vec<u8>, AskError> {
    stream
        .try_fold(Vec::new(), async |mut all, part| {
            all.extend_from_slice(&part);
            Ok(all)
        })
        .await
}

fn lines(content: Vec<u8>) -> usize {
    String::from_utf8(content).unwrap().lines().count()
}

#[derive(Debug, FromRow)]
struct Audit {
    format: String,
    whole: bool,
    outcome: String,
    rows: Option<i64>,
    bytes: Option<i64>,
    sha256: Option<String>,
}

async fn audits(world: &World) -> Vec<Audit> {
    let mut own = PgConnection::connect(world.settings.database.url.expose()).await.unwrap();
    sqlx::query_as("select * from export order by began_at").fetch_all(&mut own).await.unwrap()
}

async fn facts(world: &World) -> Vec<RunExported> {
    let mut own = PgConnection::connect(world.settings.database.url.expose()).await.unwrap();
    let bodies = "select body from outbox where subject like '%.run.exported.%' order by id";
    let bodies: Vec<Vec<u8>> = sqlx::query_scalar(bodies).fetch_all(&mut own).await.unwrap();
    bodies.iter().map(|body| RunExported::decode(body.as_slice()).unwrap()).collect()
}

#[tokio::test]
async fn each_format_holds_the_rows_of_the_pages_and_is_recorded() {
    let world = World::new("").await;
    let running = world.start().await;
    let jo = person("researcher");
    let sql = "select i as n, case when i % 2 = 0 then '=1+1' end as t from generate_series(1, 1234) i";
    let run = world.done(&jo, sql).await;
    let total = world.ask(rows(&jo, &run.id)).await.total;
    assert_eq!(total, 1_234);
    for format in FORMATS {
        let (begin, content) = file(&world, &export(&jo, &run.id, format)).await;
        let short = run.id.rsplit_once('-').unwrap().1;
        let name = format!("coffer_demo_{}_", &short[short.len() - 8..]);
        assert!(begin.file_name.starts_with(&name), "{}", begin.file_name);
        assert!(begin.file_name.ends_with(&format!(".{format}")));
        match format {
            "xlsx" => assert!(content.starts_with(b"PK")),
            "parquet" => assert!(content.starts_with(b"PAR1") && content.ends_with(b"PAR1")),
            _ => assert_eq!(lines(content.clone()), 1_235),
        }
        let audit = audits(&world).await.pop().unwrap();
        assert_eq!((audit.format.as_str(), audit.outcome.as_str(), audit.whole), (format, "done", true));
        assert_eq!((audit.rows, audit.bytes), (Some(1_234), Some(i64::try_from(content.len()).unwrap())));
        assert_eq!(audit.sha256.unwrap(), hex::encode(Sha256::digest(&content)));
    }
    let facts = facts(&world).await;
    assert_eq!(facts.iter().map(|fact| fact.format.as_str()).collect::<Vec<_>>(), FORMATS);
    assert!(
        facts.iter().all(|fact| fact.run_id == run.id && fact.user_id == jo.user_id && fact.rows == total)
    );
    stop(&running).await;
}

#[tokio::test]
async fn a_view_is_exported_as_it_is_seen() {
    let world = World::new("").await;
    let running = world.start().await;
    let jo = person("researcher");
    let run = world.done(&jo, "select i as n, 'x' || i as t from generate_series(1, 20) i").await;
    let filter = Filter { column: "n".to_owned(), operator: "greater".to_owned(), value: "18".to_owned() };
    let view =
        View { filters: vec![filter], columns: vec!["t".to_owned(), "n".to_owned()], ..View::default() };
    let question = ExportResult { view: Some(view), ..export(&jo, &run.id, "csv") };
    let (_, content) = file(&world, &question).await;
    assert_eq!(String::from_utf8(content).unwrap(), "t,n\r\nx19,19\r\nx20,20\r\n");
    let audit = audits(&world).await.pop().unwrap();
    assert_eq!((audit.rows, audit.whole), (Some(2), false));
    stop(&running).await;
}

#[tokio::test]
async fn faults_are_told_before_the_file_begins() {
    let world = World::new("").await;
    let running = world.start().await;
    let jo = person("researcher");
    let run = world.done(&jo, "select null::text as t").await;
    let refusal = refused(&world, &export(&jo, &run.id, "doc")).await;
    assert_eq!((refusal.code(), refusal.field.as_str()), (Code::Invalid, "format"));
    let empty = Some(View { hide_empty: true, ..View::default() });
    let refusal = refused(&world, &ExportResult { view: empty, ..export(&jo, &run.id, "csv") }).await;
    assert_eq!((refusal.code(), refusal.field.as_str()), (Code::Invalid, "view.columns"));
    assert!(audits(&world).await.is_empty());
    stop(&running).await;
}

#[tokio::test]
async fn two_exports_at_once_and_one_that_nobody_reads_on_is_recorded_as_aborted() {
    let world = World::new("").await;
    let running = world.start().await;
    let jo = person("researcher");
    let run = world.done(&jo, LARGE).await;
    let question = export(&jo, &run.id, "csv");
    let (_, first) = open(&world, &question).await.unwrap();
    let (_, second) = open(&world, &question).await.unwrap();
    let (_, mut third) = open(&world, &question).await.unwrap();
    tokio::time::timeout(Duration::from_secs(2), third.try_next()).await.unwrap_err();
    assert_eq!(audits(&world).await.len(), 2);

    drop(first);
    let part = tokio::time::timeout(Duration::from_secs(20), third.try_next()).await.unwrap();
    assert!(!part.unwrap().unwrap().is_empty());
    let outcomes: Vec<_> = audits(&world).await.into_iter().map(|audit| audit.outcome).collect();
    assert_eq!(outcomes.iter().filter(|outcome| *outcome == "aborted").count(), 1);
    assert_eq!(facts(&world).await.len(), 0);
    let content = bytes(second).await.unwrap();
    assert_eq!(lines(content), 300_001);
    stop(&running).await;
}
