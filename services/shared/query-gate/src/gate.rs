//! The gate itself: the steps in their order.

use std::fmt;

use sqlparser::ast::{Query, SetExpr, TableFactor};
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::dialect::{Dialect, Purpose};
use crate::parameter::{Parameter, Value};
use crate::refused::Refused;
use crate::schemas::Schemas;
use crate::{judge, nesting, placeholders, tokens, tree, words};

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
        let query = tree::parse(self.dialect, tokens)?;
        judge::check(self.dialect, &self.schemas, &query)?;
        let text = self.text(purpose, query)?;
        Ok(Admitted { dialect: self.dialect, purpose, text, values })
    }

    fn text(&self, purpose: Purpose, query: Box<Query>) -> Result<String, Refused> {
        let written = tree::render(self.dialect, &query)?;
        match purpose {
            Purpose::Rows => Ok(written),
            Purpose::Explain if self.dialect == Dialect::SqlServer => Ok(written),
            Purpose::Explain => Ok(format!("EXPLAIN {written}")),
            Purpose::Count => {
                let counted = counted(self.dialect, query)?;
                tree::render(self.dialect, &counted)
            }
        }
    }
}

/// `SELECT count(*) AS rows FROM (<query>) AS counted`. The WITH clause comes first, because SQL Server wants it
/// there, and an order that chooses no rows is dropped, because SQL Server refuses it inside.
fn counted(dialect: Dialect, mut query: Box<Query>) -> Result<Box<Query>, Refused> {
    let count = if dialect == Dialect::SqlServer { "count_big" } else { "count" };
    let frame = format!("SELECT {count}(*) AS {} FROM (SELECT 1) AS counted", dialect.quoted("rows"));
    let mut outer = tree::parse(dialect, tokens::split(dialect, &frame)?)?;
    outer.with = query.with.take();
    if !chooses_by_order(&query) {
        query.order_by = None;
    }
    if let SetExpr::Select(select) = outer.body.as_mut() {
        for table in &mut select.from {
            if let TableFactor::Derived { subquery, .. } = &mut table.relation {
                std::mem::swap(subquery, &mut query);
            }
        }
    }
    Ok(outer)
}

fn chooses_by_order(query: &Query) -> bool {
    let top = matches!(query.body.as_ref(), SetExpr::Select(select) if select.top.is_some());
    top || query.limit_clause.is_some() || query.fetch.is_some()
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
