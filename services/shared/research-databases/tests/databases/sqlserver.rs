//! A real SQL Server, where there is one: `COFFER_TEST_SQLSERVER` holds the URL of an empty database, with an
//! account that may do anything on the server.

use std::time::Duration;

use coffer_query_gate::{Parameter, Purpose};
use coffer_research_databases::{ExecutionError, Limits, Problem};
use coffer_results::ColumnKind;

use crate::support::{LIMITS, Research, some};

/// Says so where there is none: no SQL Server can be installed by the tests themselves.
fn research() -> Option<Research> {
    let Ok(url) = std::env::var("COFFER_TEST_SQLSERVER") else {
        println!("skipped: COFFER_TEST_SQLSERVER is not set, so no SQL Server was asked");
        return None;
    };
    Some(Research::at(&url, &["dbo"]))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_says_so() {
    let nowhere = Research::at("sqlserver://sa:x@127.0.0.1:1/x", &["dbo"]);
    assert_eq!(nowhere.database.structure().await, Err(Problem::Unreachable));
    assert_eq!(nowhere.rows("select 1").await.unwrap_err(), ExecutionError::Unreachable);
}

#[tokio::test(flavor = "multi_thread")]
async fn values_arrive_whole() {
    let Some(research) = research() else { return };
    let sql =
        "select 1 as a, cast(1.50 as decimal(10, 2)) as b, N'Zoë' as c, cast('2024-02-29' as date) as d,
                      cast(null as int) as e, cast('2024-07-01 12:00 +02:00' as datetimeoffset) as f";
    let rows = research.rows(sql).await.unwrap();
    let expected =
        [some("1"), some("1.50"), some("Zoë"), some("2024-02-29"), None, some("2024-07-01 10:00:00")];
    assert_eq!(rows.row(), expected);
    assert_eq!(rows.kinds()[1], ColumnKind::Decimal);
    let none = research.rows("select 1 as a, N'x' as b where 1 = 0").await.unwrap();
    assert_eq!((none.names(), none.batch.num_rows()), (vec!["a", "b"], 0));
    let parameter = Parameter::read("t", "text", Some("it's")).unwrap();
    assert_eq!(research.rows_with("select :t as t", &[parameter]).await.unwrap().row(), [some("it's")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_and_plans_arrive() {
    let Some(research) = research() else { return };
    let sql = "select 1 as x union all select 2";
    assert_eq!(research.purpose(Purpose::Count, sql).await.row(), [some("2")]);
    assert!(research.purpose(Purpose::Explain, sql).await.batch.num_rows() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_and_requests_end_a_query() {
    let Some(research) = research() else { return };
    let slow = "select count_big(*) as n from (values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)) a(x)
                 cross join (values (1), (2), (3), (4), (5), (6), (7), (8), (9), (10)) b(x)";
    let limits = Limits { run_time: Duration::from_millis(1), ..LIMITS };
    let outcome = research.rows_within(slow, &limits).await.map(|rows| rows.row());
    assert!(matches!(outcome, Ok(_) | Err(ExecutionError::TimedOut)), "{outcome:?}");
    let execution = research.start("select 1 as x", &LIMITS).await.unwrap();
    assert!(research.database.is_running(&execution.backend).await.unwrap());
    research.database.end(&execution.backend).await.unwrap();
    assert!(!research.database.is_running(&execution.backend).await.unwrap());
}
