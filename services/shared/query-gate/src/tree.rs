//! From tokens to a tree and back to text.

use sqlparser::ast::Query;
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan};

use crate::dialect::Dialect;
use crate::refused::Refused;
use crate::{input, parser_error, tokens};

/// How deep the parser may go; a little more than the parentheses that are let through.
const RECURSION_LIMIT: usize = 100;

/// Reads exactly one query.
pub(crate) fn parse(dialect: Dialect, tokens: Vec<TokenWithSpan>) -> Result<Box<Query>, Refused> {
    let end = tokens.last().map_or(Location { line: 1, column: 1 }, |token| token.span.end);
    let refusal = |error| parser_error::refusal(dialect, &error, end);
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
        _ => Err(unsupported(Location { line: 1, column: 1 }, "query")),
    }
}

/// Refuses a text that does not say what was typed: every word, literal, operator and parenthesis must come
/// again, in order. Where the parser groups operators otherwise than the database does, writing anew could add
/// parentheses and so change the meaning.
pub(crate) fn check_same(dialect: Dialect, typed: &[TokenWithSpan], text: &str) -> Result<(), Refused> {
    let written = tokens::split(dialect, text)?;
    let mut written = written.iter().filter(|token| counts(&token.token));
    for token in typed.iter().filter(|token| counts(&token.token)) {
        if written.next().is_none_or(|same| !same_token(&same.token, &token.token)) {
            return Err(unsupported(token.span.start, &token.token.to_string()));
        }
    }
    match written.next() {
        None => Ok(()),
        Some(_) => Err(unsupported(Location { line: 1, column: 1 }, "query")),
    }
}

/// Words that change nothing, which are added, dropped or swapped.
const NOISE: &[Keyword] =
    &[Keyword::AS, Keyword::OUTER, Keyword::NEXT, Keyword::FIRST, Keyword::ROW, Keyword::ROWS];

fn counts(token: &Token) -> bool {
    match token {
        Token::Whitespace(_) | Token::EOF => false,
        Token::Word(word) => !NOISE.contains(&word.keyword),
        _ => true,
    }
}

/// Keywords may change their case.
fn same_token(written: &Token, typed: &Token) -> bool {
    match (written, typed) {
        (Token::Word(written), Token::Word(typed)) if typed.quote_style.is_none() => {
            written.quote_style.is_none() && written.value.eq_ignore_ascii_case(&typed.value)
        }
        _ => written == typed,
    }
}

fn unsupported(place: Location, construct: &str) -> Refused {
    Refused::at(
        place,
        construct,
        "This spelling is not supported: it would not reach the database unchanged. Please write it more simply.",
    )
}
