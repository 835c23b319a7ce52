//! Values of every type of MariaDB, as they arrive.

use coffer_query_gate::{Parameter, Purpose};
use coffer_research_databases::{ExecutionError, Limits};
use coffer_results::ColumnKind;
use coffer_testkit::TestMariaDb;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, MySqlConnection};

use crate::support::{LIMITS, Research, some};

async fn prepared(sql: &'static str) -> (TestMariaDb, Research) {
    let server = coffer_testkit::mariadb().await;
    let mut connection = MySqlConnection::connect(&server.url).await.unwrap();
    connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
    let research = Research::at(&server.url, &[&server.name]);
    (server, research)
}

/// Each column: its type, the kind that it is read as, and pairs of a literal and the text expected.
type Case = (&'static str, ColumnKind, &'static [(&'static str, Option<&'static str>)]);

const CASES: &[Case] = &[
    ("tinyint", ColumnKind::Integer, &[("-128", Some("-128")), ("127", Some("127"))]),
    ("tinyint(1)", ColumnKind::Integer, &[("1", Some("1")), ("-5", Some("-5"))]),
    ("tinyint(1) unsigned", ColumnKind::Integer, &[("255", Some("255")), ("0", Some("0"))]),
    ("smallint", ColumnKind::Integer, &[("-32768", Some("-32768")), ("32767", Some("32767"))]),
    ("mediumint", ColumnKind::Integer, &[("-8388608", Some("-8388608")), ("8388607", Some("8388607"))]),
    ("mediumint unsigned", ColumnKind::Integer, &[("16777215", Some("16777215")), ("0", Some("0"))]),
    ("int unsigned", ColumnKind::Integer, &[("4294967295", Some("4294967295")), ("0", Some("0"))]),
    (
        "bigint",
        ColumnKind::Integer,
        &[
            ("-9223372036854775808", Some("-9223372036854775808")),
            ("9223372036854775807", Some("9223372036854775807")),
        ],
    ),
    (
        "bigint unsigned",
        ColumnKind::Decimal,
        &[("18446744073709551615", Some("18446744073709551615")), ("0", Some("0"))],
    ),
    ("bit(1)", ColumnKind::Decimal, &[("b'1'", Some("1")), ("b'0'", Some("0"))]),
    (
        "bit(64)",
        ColumnKind::Decimal,
        &[("18446744073709551615", Some("18446744073709551615")), ("b'100000000'", Some("256"))],
    ),
    ("year", ColumnKind::Integer, &[("2024", Some("2024")), ("0", Some("0"))]),
    ("float", ColumnKind::Number, &[("0.1", Some("0.1")), ("-1.5e20", Some("-1.5e20"))]),
    ("double", ColumnKind::Number, &[("1e308", Some("1e308")), ("-0.1", Some("-0.1"))]),
    (
        "decimal(65, 30)",
        ColumnKind::Decimal,
        &[
            (
                "12345678901234567890123456789012345.123456789012345678901234567890",
                Some("12345678901234567890123456789012345.123456789012345678901234567890"),
            ),
            ("-0.5", Some("-0.500000000000000000000000000000")),
        ],
    ),
    ("date", ColumnKind::Date, &[("'2024-02-29'", Some("2024-02-29")), ("'9999-12-31'", Some("9999-12-31"))]),
    ("date", ColumnKind::Date, &[("'0000-00-00'", None), ("'2024-00-10'", None)]),
    (
        "datetime(6)",
        ColumnKind::Timestamp,
        &[
            ("'2024-01-31 12:00:00.000001'", Some("2024-01-31 12:00:00.000001")),
            ("'0000-00-00 00:00:00'", None),
        ],
    ),
    (
        "timestamp",
        ColumnKind::TimestampTz,
        &[
            ("'2024-07-01 10:00:00'", Some("2024-07-01 10:00:00")),
            ("'2024-07-01'", Some("2024-07-01 00:00:00")),
        ],
    ),
    (
        "time(6)",
        ColumnKind::Text,
        &[("'-838:59:59'", Some("-838:59:59")), ("'12:34:56.000001'", Some("12:34:56.000001"))],
    ),
    ("varchar(50)", ColumnKind::Text, &[("'Zoë 🦀'", Some("Zoë 🦀")), ("''", Some(""))]),
    ("varchar(50) collate utf8mb4_bin", ColumnKind::Text, &[("'é'", Some("é")), ("'e'", Some("e"))]),
    ("char(4)", ColumnKind::Text, &[("'ab'", Some("ab")), ("'ä'", Some("ä"))]),
    ("varchar(9) charset latin1", ColumnKind::Text, &[("'ä'", Some("ä")), ("'€'", Some("€"))]),
    ("longtext", ColumnKind::Text, &[("repeat('x', 70000) = ''", Some("0")), ("'x'", Some("x"))]),
    ("json", ColumnKind::Text, &[("'{\"a\" : 1}'", Some("{\"a\" : 1}")), ("'[]'", Some("[]"))]),
    ("enum('low', 'high')", ColumnKind::Text, &[("'high'", Some("high")), ("1", Some("low"))]),
    ("set('a', 'b')", ColumnKind::Text, &[("'a,b'", Some("a,b")), ("''", Some(""))]),
    (
        "uuid",
        ColumnKind::Text,
        &[
            ("'550E8400-e29b-41d4-a716-446655440000'", Some("550e8400-e29b-41d4-a716-446655440000")),
            ("'00000000-0000-0000-0000-000000000000'", Some("00000000-0000-0000-0000-000000000000")),
        ],
    ),
    ("varbinary(5)", ColumnKind::Binary, &[("x'00ff'", Some("[00, ff]")), ("''", Some("[]"))]),
    ("binary(2)", ColumnKind::Binary, &[("x'00'", Some("[00, 00]")), ("x'ffff'", Some("[ff, ff]"))]),
    ("blob", ColumnKind::Binary, &[("x'80'", Some("[80]")), ("''", Some("[]"))]),
];

#[tokio::test(flavor = "multi_thread")]
async fn values_arrive_whole() {
    let (server, research) = prepared("do 1").await;
    let mut connection = MySqlConnection::connect(&server.url).await.unwrap();
    connection.execute("set session sql_mode = ''").await.unwrap();
    for (number, (data_type, kind, values)) in CASES.iter().enumerate() {
        let literals: Vec<_> = values.iter().map(|(literal, _)| *literal).chain(["null"]).collect();
        let rows: Vec<_> =
            literals.iter().enumerate().map(|(row, literal)| format!("({row}, {literal})")).collect();
        let sql = format!(
            "create table t{number} (row int, value {data_type} null); insert into t{number} values {}",
            rows.join(", ")
        );
        connection.execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.unwrap();
        let rows = research.rows(&format!("select value from t{number} order by row")).await.unwrap();
        let expected: Vec<_> = values.iter().map(|(_, text)| text.map(str::to_owned)).chain([None]).collect();
        assert_eq!(rows.column(0), expected, "{data_type}");
        assert_eq!(rows.kinds(), [*kind], "{data_type}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_rows_still_have_columns() {
    let (_server, research) = prepared("do 1").await;
    let rows = research.rows("select 1 as a, 'x' as a, null as `B b` from dual where 1 = 0").await.unwrap();
    assert_eq!(rows.names(), ["a", "a", "B b"]);
    assert_eq!(rows.kinds()[..2], [ColumnKind::Integer, ColumnKind::Text]);
    assert_eq!(rows.batch.num_rows(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_of_each_kind_are_bound() {
    let (_server, research) = prepared(
        "create table t (t varchar(50), i bigint, n double, b tinyint, d date, m datetime);
         insert into t values ('it''s :t ? -- ü', -9223372036854775808, 1.5, 1, '2024-02-29', '2024-02-29 13:45:00'),
                              ('x', 1, 2, 0, '2023-01-01', '2023-01-01')",
    )
    .await;
    let parameter = |name: &str, kind, value| Parameter::read(name, kind, value).unwrap();
    let parameters = [
        parameter("t", "text", Some("it's :t ? -- ü")),
        parameter("i", "integer", Some("-9223372036854775808")),
        parameter("n", "number", Some("1.5")),
        parameter("b", "boolean", Some("true")),
        parameter("d", "date", Some("2024-02-29")),
        parameter("m", "timestamp", Some("2024-02-29 13:45:00")),
    ];
    let compared = "select i from t where t = :t and i = :i and n = :n and b = :b and d = :d and m = :m";
    let found = research.rows_with(compared, &parameters).await.unwrap();
    assert_eq!(found.column(0), [some("-9223372036854775808")]);
    let shown = "select :t, :i, :n, :b, :d, :m";
    let rows = research.rows_with(shown, &parameters).await.unwrap();
    let expected =
        ["it's :t ? -- ü", "-9223372036854775808", "1.5", "1", "2024-02-29", "2024-02-29 13:45:00"];
    assert_eq!(rows.row(), expected.map(some));
    let nothing = parameters.map(|bound| parameter(&bound.name, bound.value.kind().as_str(), None));
    assert_eq!(research.rows_with(shown, &nothing).await.unwrap().row(), [const { None }; 6]);
    assert_eq!(research.rows_with(compared, &nothing).await.unwrap().batch.num_rows(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_and_plans_arrive() {
    let (_server, research) =
        prepared("create table t as select seq as g, 'x' as text from seq_1_to_20000; analyze table t;")
            .await;
    let sql = "select g, text from t order by g desc";
    assert_eq!(research.purpose(Purpose::Count, sql).await.row(), [some("20000")]);
    let plan = research.purpose(Purpose::Explain, sql).await;
    assert_eq!(plan.batch.num_rows(), 1);
    assert!(plan.row().contains(&some("t")));
    let rows = research.purpose(Purpose::Rows, sql).await;
    assert_eq!(rows.batches, 3);
    let numbers: Vec<i64> = rows.column(0).into_iter().flatten().map(|text| text.parse().unwrap()).collect();
    assert!(numbers.iter().copied().eq((1..=20_000).rev()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cell_beyond_the_limit_ends_the_run_and_names_its_column() {
    let (_server, research) = prepared("do 1").await;
    let limits = Limits { cell_bytes: 100, ..LIMITS };
    let error = research.rows_within("select 1 as fine, repeat('é', 51) as note", &limits).await.unwrap_err();
    assert_eq!(error, ExecutionError::CellTooLarge { column: "note".to_owned(), limit: 100 });
    assert!(research.rows_within("select repeat('é', 50)", &limits).await.is_ok());
}
