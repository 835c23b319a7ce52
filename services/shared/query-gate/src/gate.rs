//! The gate itself: the steps in their order.

use std::fmt;

use sqlparser::ast::Query;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::dialect::{Dialect, Purpose};
use crate::parameter::{Parameter, Value};
use crate::refused::Refused;
use crate::schemas::Schemas;
use crate::{count, judge, nesting, placeholders, tokens, tree, words};

/// Stack for the deepest tree that `nesting` lets through. The system hands out what is really used.
const STACK: usize = 64 * 1024 * 1024;

/// The one way for SQL to a research database.
#[derive(Debug, Clone)]
pub struct Gate {
    dialect: Dialect,
    schemas: Schemas,
}

/// A query that may run. Only [`Gate::admit`] makes one: who holds it has passed the gate.
#[derive(Clone, PartialEq)]
pub struct Admitted {
    dialect: Dialect,
    purpose: Purpose,
    text: String,
    values: Vec<Value>,
}

impl Admitted {
    /// What is sent to the database.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is bound to its placeholders, in order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// What the answer is wanted for.
    pub const fn purpose(&self) -> Purpose {
        self.purpose
    }

    /// The language it is written in.
    pub const fn dialect(&self) -> Dialect {
        self.dialect
    }
}

/// SQL may hold literals about patients: it stays out of logs.
impl fmt::Debug for Admitted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Admitted")
            .field("dialect", &self.dialect)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

impl Gate {
    /// A gate to a database. Researchers may name tables in these schemas; a table without a schema is looked up
    /// by the search path, which the connection fixes.
    pub fn new(dialect: Dialect, schemas: &[String]) -> Self {
        Self { dialect, schemas: Schemas::new(dialect, schemas) }
    }

    /// Admits a query, or says what stands in the way.
    pub fn admit(&self, purpose: Purpose, sql: &str, parameters: &[Parameter]) -> Result<Admitted, Refused> {
        // Comparing and dropping a tree recurse as deep as it is, unlike parsing, whose depth is watched.
        stacker::grow(STACK, || self.judge(purpose, sql, parameters))
    }

    fn judge(&self, purpose: Purpose, sql: &str, parameters: &[Parameter]) -> Result<Admitted, Refused> {
        let tokens = one_query(tokens::read(self.dialect, sql)?)?;
        nesting::check(&tokens)?;
        words::check(self.dialect, &self.schemas, &tokens)?;
        let (tokens, values) = placeholders::bind(self.dialect, &tokens, parameters)?;
        let query = tree::parse(self.dialect, tokens.clone())?;
        judge::check(self.dialect, &self.schemas, &query)?;
        let written = tree::render(self.dialect, &query)?;
        tree::check_same(self.dialect, &tokens, &written)?;
        let text = self.text(purpose, query, written)?;
        Ok(Admitted { dialect: self.dialect, purpose, text, values })
    }

    fn text(&self, purpose: Purpose, query: Box<Query>, written: String) -> Result<String, Refused> {
        match purpose {
            Purpose::Rows => Ok(written),
            Purpose::Explain if self.dialect == Dialect::SqlServer => Ok(written),
            Purpose::Explain => Ok(format!("EXPLAIN {written}")),
            Purpose::Count => {
                let counted = count::counted(self.dialect, query)?;
                tree::render(self.dialect, &counted)
            }
        }
    }
}

/// Takes semicolons off both ends; a further one would begin a second statement. The first word says that it is
/// a query.
fn one_query(mut tokens: Vec<TokenWithSpan>) -> Result<Vec<TokenWithSpan>, Refused> {
    let blank =
        |token: &TokenWithSpan| matches!(token.token, Token::Whitespace(_) | Token::SemiColon | Token::EOF);
    let start = tokens.iter().position(|token| !blank(token));
    let end = tokens.iter().rposition(|token| !blank(token));
    let (Some(start), Some(end)) = (start, end) else {
        return Err(Refused::whole("nothing", "There is no query here."));
    };
    tokens.truncate(end.saturating_add(1));
    tokens.drain(..start);
    if let Some(second) = tokens.iter().find(|token| token.token == Token::SemiColon) {
        let reason = "Exactly one query can run at a time. Please remove what follows the semicolon.";
        return Err(Refused::at(second.span.start, ";", reason));
    }
    first_word(&tokens)?;
    Ok(tokens)
}

fn first_word(tokens: &[TokenWithSpan]) -> Result<(), Refused> {
    let first = tokens.iter().find(|token| !matches!(token.token, Token::Whitespace(_) | Token::LParen));
    let Some(first) = first else { return Ok(()) };
    let reason = match &first.token {
        Token::Word(word) => match word.keyword {
            Keyword::SELECT | Keyword::WITH | Keyword::VALUES => return Ok(()),
            Keyword::EXPLAIN | Keyword::DESCRIBE | Keyword::DESC | Keyword::ANALYZE => {
                "Please ask for the plan with the Explain button: it passes the same checks."
            }
            Keyword::TABLE => "Please write SELECT * FROM and the name of the table.",
            _ => "Only queries can run here: SELECT, WITH or VALUES.",
        },
        _ => "Only queries can run here: SELECT, WITH or VALUES.",
    };
    Err(Refused::at(first.span.start, first.token.to_string(), reason))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn admit(
        dialect: Dialect,
        purpose: Purpose,
        sql: &str,
        given: &[(&str, &str, &str)],
    ) -> Result<Admitted, Refused> {
        let parameters: Vec<_> = given
            .iter()
            .map(|(name, kind, value)| Parameter::read(name, kind, Some(value)).unwrap())
            .collect();
        Gate::new(dialect, &["research".to_owned()]).admit(purpose, sql, &parameters)
    }

    #[rstest]
    #[case(Dialect::PostgreSql, Purpose::Rows, "SELECT a FROM t ORDER BY a")]
    #[case(
        Dialect::PostgreSql,
        Purpose::Count,
        "SELECT count(*) AS \"rows\" FROM (SELECT a FROM t) AS counted"
    )]
    #[case(Dialect::PostgreSql, Purpose::Explain, "EXPLAIN SELECT a FROM t ORDER BY a")]
    #[case(
        Dialect::MySql,
        Purpose::Count,
        "SELECT count(*) AS `rows` FROM (SELECT 1 AS one FROM t) AS counted"
    )]
    #[case(Dialect::MySql, Purpose::Explain, "EXPLAIN SELECT a FROM t ORDER BY a")]
    #[case(
        Dialect::SqlServer,
        Purpose::Count,
        "SELECT count_big(*) AS [rows] FROM (SELECT 1 AS one FROM t) AS counted"
    )]
    #[case(Dialect::SqlServer, Purpose::Explain, "SELECT a FROM t ORDER BY a")]
    fn each_purpose_has_its_form(#[case] dialect: Dialect, #[case] purpose: Purpose, #[case] sent: &str) {
        let admitted = admit(dialect, purpose, "select a from t order by a", &[]).unwrap();
        assert_eq!(admitted.text(), sent);
        assert_eq!((admitted.dialect(), admitted.purpose()), (dialect, purpose));
    }

    #[rstest]
    #[case(
        "WITH c AS (SELECT 1 AS a) SELECT a FROM c",
        "WITH c AS (SELECT 1 AS a) SELECT count_big(*) AS [rows] FROM (SELECT 1 AS one FROM c) AS counted"
    )]
    #[case(
        "SELECT a.*, b.rid FROM a JOIN b ON a.rid = b.rid",
        "SELECT count_big(*) AS [rows] FROM (SELECT 1 AS one FROM a JOIN b ON a.rid = b.rid) AS counted"
    )]
    #[case(
        "SELECT DISTINCT a FROM t",
        "SELECT count_big(*) AS [rows] FROM (SELECT DISTINCT a FROM t) AS counted"
    )]
    #[case(
        "SELECT a FROM t GROUP BY a",
        "SELECT count_big(*) AS [rows] FROM (SELECT a FROM t GROUP BY a) AS counted"
    )]
    #[case(
        "SELECT max(a) AS m FROM t",
        "SELECT count_big(*) AS [rows] FROM (SELECT max(a) AS m FROM t) AS counted"
    )]
    #[case(
        "SELECT TOP 5 a FROM t ORDER BY a",
        "SELECT count_big(*) AS [rows] FROM (SELECT TOP 5 a FROM t ORDER BY a) AS counted"
    )]
    #[case(
        "SELECT a FROM t ORDER BY a OFFSET 5 ROWS",
        "SELECT count_big(*) AS [rows] FROM (SELECT a FROM t ORDER BY a OFFSET 5 ROWS) AS counted"
    )]
    fn a_count_is_what_sql_server_can_run(#[case] typed: &str, #[case] sent: &str) {
        assert_eq!(admit(Dialect::SqlServer, Purpose::Count, typed, &[]).unwrap().text(), sent);
    }

    #[rstest]
    #[case(
        Dialect::PostgreSql,
        "SELECT * FROM research.note WHERE day > $1::DATE AND text ILIKE $2::TEXT AND day < $1::DATE + 7 LIMIT $3::BIGINT",
        3
    )]
    #[case(
        Dialect::MySql,
        "SELECT * FROM research.note WHERE day > ? AND text ILIKE ? AND day < ? + 7 LIMIT ?",
        4
    )]
    fn parameters_are_bound(#[case] dialect: Dialect, #[case] sent: &str, #[case] values: usize) {
        let sql = "SELECT * FROM research.note WHERE day > :since AND text ILIKE :text AND day < :since + 7 LIMIT :n";
        let given =
            [("n", "integer", "5"), ("since", "date", "2024-01-31"), ("text", "text", "'; DROP TABLE x")];
        let admitted = admit(dialect, Purpose::Rows, sql, &given).unwrap();
        assert_eq!(admitted.text(), sent);
        assert_eq!(admitted.values().len(), values);
        assert_eq!(admitted.values().get(1), Some(&Value::Text("'; DROP TABLE x".to_owned())));
    }

    #[test]
    fn sql_server_has_numbered_placeholders() {
        let sql = "SELECT TOP (:n) * FROM research.note WHERE a = :a AND b = :a";
        let given = [("n", "integer", "5"), ("a", "text", "x")];
        let admitted = admit(Dialect::SqlServer, Purpose::Rows, sql, &given).unwrap();
        assert_eq!(admitted.text(), "SELECT TOP (@P1) * FROM research.note WHERE a = @P2 AND b = @P2");
    }

    #[test]
    fn every_type_has_its_cast_in_postgresql() {
        let sql = "SELECT :t, :i, :n, :b, :d, :s";
        let given = [
            ("t", "text", "x"),
            ("i", "integer", "1"),
            ("n", "number", "1.5"),
            ("b", "boolean", "true"),
            ("d", "date", "2024-01-31"),
            ("s", "timestamp", "2024-01-31 10:00"),
        ];
        let admitted = admit(Dialect::PostgreSql, Purpose::Rows, sql, &given).unwrap();
        assert_eq!(
            admitted.text(),
            "SELECT $1::TEXT, $2::BIGINT, $3::FLOAT8, $4::BOOLEAN, $5::DATE, $6::TIMESTAMP"
        );
    }

    #[rstest]
    #[case("SELECT a\n  FROM note\n WHERE pg_sleep(1) IS NULL", "pg_sleep()", 3, 8)]
    #[case("WITH w AS (\n\tDELETE FROM note\n) SELECT 1", "DELETE", 2, 2)]
    #[case("SELECT 'ä', pg_read_file('x')", "pg_read_file()", 1, 13)]
    #[case("SELECT 1\n  FROM private.note", "private.note", 2, 8)]
    #[case("SELECT /* a\n b */ 1;\n SELECT 2", ";", 2, 8)]
    #[case("SELECT (1 +", "end of the query", 1, 12)]
    fn a_refusal_names_the_place_in_the_text(
        #[case] sql: &str,
        #[case] construct: &str,
        #[case] line: u64,
        #[case] column: u64,
    ) {
        let refused = admit(Dialect::PostgreSql, Purpose::Count, sql, &[]).unwrap_err();
        assert_eq!((refused.construct.as_str(), refused.line, refused.column), (construct, line, column));
        assert!(refused.to_string().contains(&format!("line {line}, column {column}")));
    }

    /// The parser takes BINARY for a function of all that follows, MySQL for one of the next word.
    #[test]
    fn what_would_change_its_meaning_is_refused() {
        assert!(admit(Dialect::MySql, Purpose::Rows, "SELECT BINARY a = b FROM t", &[]).is_err());
    }

    #[test]
    fn sql_stays_out_of_debug_output() {
        let admitted = admit(Dialect::PostgreSql, Purpose::Rows, "SELECT 'secret'", &[]).unwrap();
        assert!(!format!("{admitted:?}").contains("secret"));
    }
}
