//! What holds for every text: the gate answers, what it admits it admits again, and nothing denied comes through.

use std::fmt::Write as _;

use coffer_query_gate::{Admitted, DeniedKind, Dialect, Gate, Purpose, denied};
use proptest::prelude::*;
use proptest::sample::select;

const SCHEMA: &str = "research";

fn gate(dialect: Dialect) -> Gate {
    Gate::new(dialect, &[SCHEMA.to_owned()])
}

fn dialect() -> impl Strategy<Value = Dialect> {
    select(&Dialect::ALL[..])
}

/// Pieces of SQL in any order: mostly nonsense, close to what the parser knows.
fn soup() -> impl Strategy<Value = String> {
    let pieces = vec![
        "SELECT",
        "FROM",
        "WHERE",
        "WITH",
        "AS",
        "(",
        ")",
        ",",
        ";",
        "'",
        "\"",
        "`",
        "[",
        "]",
        "--",
        "/*",
        "*/",
        "/*!",
        "\n",
        "note",
        "a",
        "1",
        ".5",
        "e'",
        "U&'",
        "$$",
        "$1",
        "?",
        ":a",
        "::",
        ":=",
        "@x",
        "#",
        "\\",
        "''",
        "\\'",
        "UNION",
        "VALUES",
        "CASE",
        "WHEN",
        "END",
        "NOT",
        "-",
        "OR",
        "IN",
        "INTO",
        "FOR",
        "UPDATE",
        "DELETE",
        "pg_sleep",
        "sleep",
        "xp_cmdshell",
        "JOIN",
        "ON",
        "ONLY",
        "TABLE",
        "LATERAL",
        "INTERVAL",
        "é",
        "\u{202E}",
        "\0",
        "{",
        "}",
        "LIMIT",
        "FETCH",
        "OVER",
        "ORDER BY",
        "GROUP BY",
        "EXISTS",
        "CAST",
        "DATE",
        "=>",
        "->",
        "*",
        "%",
        "|",
        "&",
    ];
    let piece = (select(pieces), select(vec!["", " ", " "]));
    prop::collection::vec(piece, 0..40)
        .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, gap)| [piece, gap]).collect())
}

/// A well-formed expression. `{f}` stands where a function could be named.
fn expression() -> impl Strategy<Value = String> {
    let leaf = select(vec!["a", "t.a", "1", "'it''s'", "NULL", "2.5"]).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(|a| format!("{{f}}({a})")),
            pair.clone().prop_map(|(a, b)| format!("{{f}}({a}, {b})")),
            pair.clone().prop_map(|(a, b)| format!("({a} + {b})")),
            pair.clone().prop_map(|(a, b)| format!("CASE WHEN {a} = {b} THEN {b} ELSE {a} END")),
            pair.clone().prop_map(|(a, b)| format!("(SELECT {a} FROM research.u WHERE {b} IS NULL)")),
            pair.clone().prop_map(|(a, b)| format!("{a} IN (SELECT x FROM u ORDER BY {b})")),
            pair.clone().prop_map(|(a, b)| format!("EXISTS (WITH c AS (SELECT {a}) SELECT {b} FROM c)")),
            pair.prop_map(|(a, b)| format!("sum({a}) OVER (PARTITION BY {b})")),
            inner.prop_map(|a| format!("CAST({a} AS int)")),
        ]
    })
}

/// Every denied function that is a plain name, with something in place of `*`.
fn denied_functions(dialect: Dialect) -> Vec<String> {
    let functions = denied(dialect).filter(|entry| entry.kind == DeniedKind::Function);
    functions.flat_map(|entry| entry.names).map(|name| name.replace('*', "x")).collect()
}

/// The same name as another hand might type it.
fn respelled() -> impl Strategy<Value = (bool, &'static str)> {
    (any::<bool>(), select(vec!["", " ", "\n", "/* (1) */", " -- x\n"]))
}

fn with_functions(expression: &str, name: &str, upper: bool, gap: &str) -> String {
    let name = if upper { name.to_uppercase() } else { name.to_owned() };
    let mut sql = String::from("SELECT ");
    for (index, part) in expression.split("{f}").enumerate() {
        // One of the functions is the one in question, the others are harmless.
        match index {
            0 => sql.push_str(part),
            1 => write!(sql, "{name}{gap}{part}").unwrap_or_default(),
            _ => write!(sql, "lower{part}").unwrap_or_default(),
        }
    }
    sql + " FROM research.t AS t"
}

proptest! {
    #[test]
    fn any_text_is_answered(dialect in dialect(), sql in "\\PC{0,200}") {
        for purpose in Purpose::ALL {
            let _ = gate(dialect).admit(purpose, &sql, &[]);
        }
    }

    #[test]
    fn any_soup_is_answered(dialect in dialect(), sql in soup()) {
        for purpose in Purpose::ALL {
            let _ = gate(dialect).admit(purpose, &format!("SELECT {sql}"), &[]);
        }
    }

    #[test]
    fn what_is_admitted_is_admitted_again_unchanged(dialect in dialect(), sql in soup(), expression in expression()) {
        for sql in [format!("SELECT {sql}"), with_functions(&expression, "lower", false, "")] {
            if let Ok(admitted) = gate(dialect).admit(Purpose::Rows, &sql, &[]) {
                let again = gate(dialect).admit(Purpose::Rows, admitted.text(), &[]);
                prop_assert_eq!(again.as_ref().map(Admitted::text), Ok(admitted.text()));
            }
        }
    }

    #[test]
    fn a_harmless_query_is_admitted(dialect in dialect(), expression in expression(), purpose in select(&Purpose::ALL[..])) {
        let sql = with_functions(&expression, "lower", false, "");
        let answer = gate(dialect).admit(purpose, &sql, &[]);
        prop_assert!(answer.is_ok(), "{}: {:?}", sql, answer);
    }

    #[test]
    fn a_denied_function_is_found_wherever_it_stands(
        dialect in dialect(),
        expression in expression().prop_filter("calls a function", |expression| expression.contains("{f}")),
        (upper, gap) in respelled(),
        pick in any::<prop::sample::Index>(),
        purpose in select(&Purpose::ALL[..]),
    ) {
        let functions = denied_functions(dialect);
        let name: &String = pick.get(&functions);
        let sql = with_functions(&expression, name, upper, gap);
        prop_assert!(gate(dialect).admit(purpose, &sql, &[]).is_err(), "{}", sql);
    }
}
