//! From tokens to a tree and back to text.

use sqlparser::ast::Query;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::dialect::Dialect;
use crate::refused::Refused;
use crate::{input, parser_error, tokens};

/// How deep the parser may go; a little more than the parentheses that are let through.
const RECURSION_LIMIT: usize = 100;

/// Reads exactly one query.
pub(crate) fn parse(dialect: Dialect, tokens: Vec<TokenWithSpan>) -> Result<Box<Query>, Refused> {
    let refusal = |error| parser_error::refusal(dialect, &error);
    let mut parser = Parser::new(dialect.grammar())
        .with_recursion_limit(RECURSION_LIMIT)
        .with_tokens_with_locations(tokens);
    let query = parser.parse_query().map_err(refusal)?;
    let next = parser.peek_token();
    if next.token == Token::EOF {
        return Ok(query);
    }
    let reason = "The query should have ended here. Exactly one query can run at a time.";
    Err(Refused::at(next.span.start, next.token.to_string(), reason))
}

/// Writes a query anew. Its own text must read as the same tree, or the database might read another one.
pub(crate) fn render(dialect: Dialect, query: &Query) -> Result<String, Refused> {
    let text = query.to_string();
    let reread = input::check(&text)
        .and_then(|()| tokens::split(dialect, &text))
        .and_then(|tokens| parse(dialect, tokens));
    match reread {
        Ok(same) if *same == *query => Ok(text),
        _ => Err(Refused::whole(
            "query",
            "This spelling is not supported: it would not reach the database unchanged. Please write it more \
             simply.",
        )),
    }
}
