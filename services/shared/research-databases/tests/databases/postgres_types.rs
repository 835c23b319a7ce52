//! Values of every type of PostgreSQL, as they arrive.

use coffer_query_gate::{Parameter, Purpose};
use coffer_research_databases::{ExecutionError, Limits};
use coffer_results::ColumnKind;
use coffer_testkit::TestDatabase;
use rstest::rstest;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::support::{LIMITS, Research, some};

async fn research() -> (TestDatabase, Research) {
    let database = coffer_testkit::database().await;
    let research = Research::at(&database.url, &["public"]);
    (database, research)
}

#[rstest]
#[case("true, false, null::boolean", ColumnKind::Boolean, &[Some("true"), Some("false"), None])]
#[case("'-32768'::int2, 32767::int2, null::int2", ColumnKind::Integer, &[Some("-32768"), Some("32767"), None])]
#[case("'-2147483648'::int4, 0", ColumnKind::Integer, &[Some("-2147483648"), Some("0")])]
#[case("'-9223372036854775808'::int8, 9223372036854775807", ColumnKind::Integer,
       &[Some("-9223372036854775808"), Some("9223372036854775807")])]
#[case("4294967295::oid", ColumnKind::Integer, &[Some("4294967295")])]
#[case("0.1::float4, '-infinity'::float4", ColumnKind::Number, &[Some("0.1"), Some("-inf")])]
#[case("1e308::float8, 'NaN'::float8, 5e-324::float8 * 1", ColumnKind::Number,
       &[Some("1e308"), Some("NaN"), Some("5e-324")])]
#[case("0::numeric, 1.10, -0.00012, 'NaN'::numeric, 12345678901234567890123456789.0000000001", ColumnKind::Decimal,
       &[Some("0"), Some("1.10"), Some("-0.00012"), Some("NaN"), Some("12345678901234567890123456789.0000000001")])]
#[case("'1e40'::numeric, 10000::numeric, '-Infinity'::numeric", ColumnKind::Decimal,
       &[Some("10000000000000000000000000000000000000000"), Some("10000"), Some("-Infinity")])]
#[case("''::text, 'Zoë 🦀'::varchar, null::text", ColumnKind::Text,
       &[Some(""), Some("Zoë 🦀"), None])]
#[case("'ab'::char(4), 'x'::\"char\", 'pg_class'::name", ColumnKind::Text, &[Some("ab"), Some("x"), Some("pg_class")])]
#[case("'550E8400-e29b-41d4-a716-446655440000'::uuid", ColumnKind::Text,
       &[Some("550e8400-e29b-41d4-a716-446655440000")])]
#[case("'{\"a\" : 1}'::json, '{\"a\" : 1}'::jsonb", ColumnKind::Text, &[Some("{\"a\" : 1}"), Some("{\"a\": 1}")])]
#[case("'2024-02-29'::date, '1600-01-01'::date, '0044-03-15 BC'::date, null::date", ColumnKind::Date,
       &[Some("2024-02-29"), Some("1600-01-01"), Some("-0043-03-15"), None])]
#[case("'infinity'::date, '-infinity'::date", ColumnKind::Date, &[Some("2147483647"), Some("-2147483648")])]
#[case("'23:59:59.999999'::time, '00:00'::time", ColumnKind::Time, &[Some("23:59:59.999999"), Some("00:00:00")])]
#[case("'2024-01-31 12:00:00.000001'::timestamp, '1066-10-14'::timestamp", ColumnKind::Timestamp,
       &[Some("2024-01-31 12:00:00.000001"), Some("1066-10-14 00:00:00")])]
#[case("'infinity'::timestamp, '-infinity'::timestamp", ColumnKind::Timestamp,
       &[Some("9223372036854775807"), Some("-9223372036854775808")])]
#[case("'2024-07-01 12:00+02'::timestamptz", ColumnKind::TimestampTz, &[Some("2024-07-01 10:00:00")])]
#[case("'\\x00ff'::bytea, ''::bytea, null::bytea", ColumnKind::Binary, &[Some("[00, ff]"), Some("[]"), None])]
#[case("'1 mon 2 days 03:04:05'::interval, array[1,null,3], array['a b','c'], int4range(1, 5)", ColumnKind::Text,
       &[Some("1 mon 2 days 03:04:05"), Some("{1,NULL,3}"), Some("{\"a b\",c}"), Some("[1,5)")])]
#[case("'10.0.0.1/8'::inet, point(1, 2), '12:00+01'::timetz, 'a b'::tsvector", 
       ColumnKind::Text, &[Some("10.0.0.1/8"), Some("(1,2)"), Some("12:00:00+01"), Some("'a' 'b'")])]
#[case("row(1, 'x'), null::record, '$1.50'::money::text", ColumnKind::Text,
       &[Some("(1,x)"), None, Some("$1.50")])]
#[tokio::test(flavor = "multi_thread")]
async fn values_arrive_whole(
    #[case] list: &str,
    #[case] kind: ColumnKind,
    #[case] expected: &[Option<&str>],
) {
    let (_server, research) = research().await;
    let rows = research.rows(&format!("select {list}")).await.unwrap();
    let expected: Vec<_> = expected.iter().map(|text| text.map(str::to_owned)).collect();
    assert_eq!(rows.row(), expected);
    assert!(rows.kinds().iter().all(|found| *found == kind), "{:?}", rows.kinds());
}

#[tokio::test(flavor = "multi_thread")]
async fn own_types_give_their_text() {
    let (server, research) = research().await;
    let mut connection = PgConnection::connect(&server.url).await.unwrap();
    connection
        .execute(
            "create type mood as enum ('low', 'high');
             create type pair as (a int, b text);
             create domain score as int check (value >= 0);
             create table patient (m mood, p pair, s score, ms mood[]);
             insert into patient values ('high', (1, 'x'), 5, '{low,high}'), (null, null, null, null);",
        )
        .await
        .unwrap();
    let rows = research.rows("select m, p, s, ms from patient order by s").await.unwrap();
    assert_eq!(rows.row(), [some("high"), some("(1,x)"), some("5"), some("{low,high}")]);
    assert_eq!(rows.column(0), [some("high"), None]);
    assert_eq!(rows.kinds()[2], ColumnKind::Integer);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rows_still_have_columns() {
    let (_server, research) = research().await;
    let rows = research.rows("select 1 as a, 'x' as a, null as \"B b\" where false").await.unwrap();
    assert_eq!(rows.names(), ["a", "a", "B b"]);
    assert_eq!(rows.kinds(), [ColumnKind::Integer, ColumnKind::Text, ColumnKind::Text]);
    assert_eq!(rows.batch.num_rows(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_of_each_kind_are_bound() {
    let (_server, research) = research().await;
    let parameter = |name: &str, kind, value| Parameter::read(name, kind, value).unwrap();
    let parameters = [
        parameter("t", "text", Some("it's :t $1 -- ü")),
        parameter("i", "integer", Some("-9223372036854775808")),
        parameter("n", "number", Some("1.5")),
        parameter("b", "boolean", Some("true")),
        parameter("d", "date", Some("2024-02-29")),
        parameter("m", "timestamp", Some("2024-02-29 13:45:00")),
    ];
    let sql = "select :t, :i, :n, :b, :d, :m, :t || '!'";
    let rows = research.rows_with(sql, &parameters).await.unwrap();
    let expected = [
        "it's :t $1 -- ü",
        "-9223372036854775808",
        "1.5",
        "true",
        "2024-02-29",
        "2024-02-29 13:45:00",
        "it's :t $1 -- ü!",
    ];
    assert_eq!(rows.row(), expected.map(some));
    let nothing = parameters.map(|bound| parameter(&bound.name, bound.value.kind().as_str(), None));
    assert_eq!(research.rows_with(sql, &nothing).await.unwrap().row(), [const { None }; 7]);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_and_plans_arrive() {
    let (_server, research) = research().await;
    let sql = "select g, 'x' as text from generate_series(1, 20000) as g order by g desc";
    assert_eq!(research.purpose(Purpose::Count, sql).await.row(), [some("20000")]);
    let plan = research.purpose(Purpose::Explain, sql).await;
    assert!(plan.column(0).into_iter().flatten().any(|line| line.contains("Sort")));
    let rows = research.purpose(Purpose::Rows, sql).await;
    assert_eq!(rows.batches, 3);
    let numbers: Vec<i64> = rows.column(0).into_iter().flatten().map(|text| text.parse().unwrap()).collect();
    assert!(numbers.iter().copied().eq((1..=20_000).rev()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_beyond_the_limit_ends_the_run_and_names_its_column() {
    let (_server, research) = research().await;
    let limits = Limits { cell_bytes: 100, ..LIMITS };
    for value in ["repeat(repeat('x', 1000), 100000)", "repeat('é', 51)", "decode(repeat('00', 101), 'hex')"]
    {
        let sql = format!("select 1 as fine, {value} as note");
        let error = research.rows_within(&sql, &limits).await.unwrap_err();
        assert_eq!(error, ExecutionError::CellTooLarge { column: "note".to_owned(), limit: 100 });
    }
    let rows = research.rows_within("select repeat('x', 100), repeat('é', 50)", &limits).await.unwrap();
    assert_eq!(rows.row(), [some(&"x".repeat(100)), some(&"é".repeat(50))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn text_of_many_megabytes_comes_in_batches_of_a_few() {
    let (server, research) = research().await;
    let mut connection = PgConnection::connect(&server.url).await.unwrap();
    let sql =
        "create table note as select g as id, repeat('ä', 10000) as text from generate_series(1, 1000) g";
    connection.execute(AssertSqlSafe(sql)).await.unwrap();
    let rows = research.rows("select * from note").await.unwrap();
    assert_eq!((rows.batch.num_rows(), rows.batches), (1000, 5));
}
