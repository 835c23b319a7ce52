//! Texts that are made to exhaust the gate: answered within a second, on the stack of an ordinary thread.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;
use std::{fs, thread};

use coffer_query_gate::{Dialect, Gate, Parameter, Purpose, Refused};
use rstest::rstest;

/// What tokio and the standard library give a thread.
const STACK: usize = 2 * 1024 * 1024;

const IN_TIME: Duration = Duration::from_secs(1);

/// How long this thread has been on a processor: on a busy machine a clock on the wall says nothing.
fn worked() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

fn admit(
    dialect: Dialect,
    purpose: Purpose,
    sql: String,
    parameters: Vec<Parameter>,
) -> Result<usize, Refused> {
    let judged = thread::Builder::new().stack_size(STACK).spawn(move || {
        let start = worked();
        let result = Gate::new(dialect, &["research".to_owned()]).admit(purpose, &sql, &parameters);
        let took = worked().saturating_sub(start);
        assert!(took < IN_TIME, "{dialect} {purpose} {} bytes took {took:?}", sql.len());
        result.map(|admitted| admitted.text().len())
    });
    judged.unwrap().join().unwrap()
}

fn everywhere(sql: &str, purposes: &[Purpose]) -> Vec<Result<usize, Refused>> {
    let pairs = Dialect::ALL.into_iter().flat_map(|dialect| purposes.iter().map(move |to| (dialect, *to)));
    pairs.map(|(dialect, purpose)| admit(dialect, purpose, sql.to_owned(), Vec::new())).collect()
}

fn nested(open: &str, inner: &str, close: &str, times: usize) -> String {
    format!("SELECT {}{inner}{}", open.repeat(times), close.repeat(times))
}

#[rstest]
#[case::parentheses(nested("(", "1", ")", 10_000))]
#[case::brackets(nested("ARRAY[", "1", "]", 10_000))]
#[case::functions(nested("lower(", "1", ")", 10_000))]
#[case::subqueries(nested("(SELECT ", "1", ")", 10_000))]
#[case::tables(format!("SELECT * FROM {}t{}", "(".repeat(10_000), ")".repeat(10_000)))]
#[case::cases(nested("CASE WHEN ", "1", " THEN 1 END", 10_000))]
#[case::negations(nested("NOT ", "1", "", 100_000))]
#[case::signs(nested("- ", "1", "", 100_000))]
#[case::disjunctions(nested("", "1", " OR 1", 100_000))]
#[case::sums(nested("", "1", " + 1", 100_000))]
#[case::casts(nested("", "1", "::int", 100_000))]
#[case::unions(nested("", "1", " UNION SELECT 1", 50_000))]
#[case::unions_of_lists(nested("", "1, 2", " UNION SELECT 1, 2", 30_000))]
#[case::joins(nested("", "* FROM t", " JOIN t", 100_000))]
#[case::open(format!("SELECT {}", "(".repeat(900_000)))]
#[case::close(format!("SELECT 1{}", ")".repeat(900_000)))]
#[case::comments(format!("SELECT {}", "/*".repeat(400_000)))]
#[case::dots(format!("SELECT {}a", "a.".repeat(400_000)))]
#[case::intervals(nested("INTERVAL ", "1", "", 100_000))]
#[case::subscripts(format!("SELECT a{}", "[1]".repeat(300_000)))]
#[case::cut_literal(format!("SELECT '{}", "x".repeat(990_000)))]
#[case::too_long(format!("SELECT '{}'", "x".repeat(1_000_000)))]
#[case::withs(format!("{}SELECT 1{}", "WITH a AS (".repeat(10_000), ") SELECT 1".repeat(10_000)))]
fn what_would_be_too_deep_is_refused(#[case] sql: String) {
    for result in everywhere(&sql, &[Purpose::Rows]) {
        assert!(result.is_err());
    }
}

/// As deep and as long as is let through.
#[rstest]
#[case::parentheses(nested("(", "1", ")", 39))]
#[case::functions(nested("lower(", "1", ")", 39))]
#[case::subqueries(nested("(SELECT ", "1", ")", 20))]
#[case::joined_tables(format!("SELECT * FROM {}t{}", "(".repeat(20), " JOIN u ON 1 = 1)".repeat(20)))]
#[case::disjunctions(nested("", "a = 'x'", " OR a = 'x'", 2_400))]
#[case::sums(nested("", "1", " + 1", 4_900))]
#[case::unions(nested("", "a, b, c FROM t", " UNION ALL SELECT a, b, c FROM t", 999))]
#[case::values(format!("SELECT 1 WHERE a IN ({}1)", "'0123456789abcdef',".repeat(24_000)))]
#[case::columns(format!("SELECT {}1", "a AS b,".repeat(12_000)))]
#[case::calls(format!("SELECT {}1", "f(1),".repeat(9_900)))]
#[case::one_long_literal(format!("SELECT '{}'", "x".repeat(990_000)))]
#[case::joins(nested("", "* FROM t", " JOIN u ON t.a = u.a", 500))]
fn what_is_let_through_survives_every_step(#[case] sql: String) {
    for result in everywhere(&sql, &Purpose::ALL) {
        result.unwrap();
    }
}

/// Whatever the answer: it comes in time.
#[rstest]
#[case::broken_parentheses(nested("(", "1 2", ")", 39))]
#[case::broken_functions(nested("lower(", "1 2", ")", 39))]
#[case::broken_cases(nested("CASE WHEN ", "1 2", " THEN 1 END", 39))]
#[case::broken_tables(format!("SELECT * FROM {}t{}", "(".repeat(39), " JOIN u)".repeat(39)))]
#[case::nested_tables(format!("SELECT * FROM {}t{}", "(".repeat(39), ")".repeat(39)))]
#[case::nested_lists(nested("a IN (", "1", ")", 39))]
#[case::nested_tuples(nested("(1, ", "1", ")", 39))]
#[case::nested_casts(nested("CAST(", "1", " AS int)", 39))]
#[case::nested_arrays(nested("ARRAY[", "1", "]", 39))]
#[case::nested_exists(nested("EXISTS (SELECT ", "1", ")", 39))]
#[case::nested_if(nested("if(a, ", "1", ")", 39))]
#[case::nested_dates(nested("date(", "1", ")", 39))]
#[case::nested_extracts(nested("extract(year FROM ", "1", ")", 39))]
#[case::nested_positions(nested("position(", "1", " IN 1)", 39))]
#[case::nested_substrings(nested("substring(", "1", " FROM 1)", 39))]
#[case::nested_trims(nested("trim(both ", "1", " FROM 1)", 39))]
#[case::nested_converts(nested("convert(", "1", ", int)", 39))]
#[case::nested_intervals(nested("interval (", "1", ")", 39))]
#[case::nested_filters(nested("sum(1) FILTER (WHERE ", "1", ")", 39))]
#[case::nested_windows(nested("sum(1) OVER (ORDER BY ", "1", ")", 39))]
#[case::named_arguments(nested("f(a => ", "1", ")", 39))]
#[case::colon_arguments(nested("f(a : ", "1", ")", 39))]
#[case::dotted_negations(format!("SELECT {}a", "a.not ".repeat(2_000)))]
#[case::many_statements("SELECT 1;".repeat(100_000))]
#[case::many_words("a ".repeat(400_000))]
#[case::many_colons(":".repeat(900_000))]
#[case::many_quotes("'".repeat(900_000))]
#[case::many_functions(format!("SELECT {}1", "f(1),".repeat(150_000)))]
#[case::many_values(format!("SELECT 1 WHERE a IN ({}1)", "1,".repeat(450_000)))]
fn an_answer_comes_in_time(#[case] sql: String) {
    everywhere(&sql, &[Purpose::Count]);
}

#[rstest]
#[case(Dialect::PostgreSql, 10_000, true)]
#[case(Dialect::PostgreSql, 65_536, false)]
#[case(Dialect::MySql, 65_536, false)]
#[case(Dialect::SqlServer, 2_100, true)]
#[case(Dialect::SqlServer, 2_101, false)]
fn only_so_many_parameters_can_be_bound(
    #[case] dialect: Dialect,
    #[case] count: usize,
    #[case] admitted: bool,
) {
    let names: Vec<_> = (0..count).map(|number| format!("p{number}")).collect();
    let sql = format!("SELECT 1 WHERE a IN (:{})", names.join(",:"));
    let parameters = names.iter().map(|name| Parameter::read(name, "integer", Some("1")).unwrap()).collect();
    assert_eq!(admit(dialect, Purpose::Rows, sql, parameters).is_ok(), admitted);
}
