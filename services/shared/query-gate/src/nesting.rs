//! A bound on the depth of the tree before there is a tree, by counting tokens.

use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::parser_error::too_deep;
use crate::refused::Refused;

/// The deepest nesting of parentheses.
const MAX_PARENTHESES: usize = 40;
/// The most tokens between two commas, those of the enclosing parentheses included. A chain such as
/// `a OR b OR c` is a tree as deep as it is long, and commas end chains.
const MAX_CHAIN: usize = 10_000;
/// The most set operations.
const MAX_SETS: usize = 1_000;

/// Refuses what would become a tree too deep to walk.
pub(crate) fn check(tokens: &[TokenWithSpan]) -> Result<(), Refused> {
    let mut open = Vec::new();
    let mut chain = 0_usize;
    let mut sets = 0_usize;
    for token in tokens {
        match &token.token {
            Token::Whitespace(_) => continue,
            Token::LParen | Token::LBracket => open.push(chain),
            Token::RParen | Token::RBracket => chain = open.pop().unwrap_or(chain),
            Token::Comma => chain = open.last().copied().unwrap_or(0),
            Token::Word(word) if is_set_operator(word.keyword) => sets = sets.saturating_add(1),
            _ => {}
        }
        chain = chain.saturating_add(1);
        if open.len() > MAX_PARENTHESES || chain > MAX_CHAIN || sets > MAX_SETS {
            return Err(Refused {
                line: token.span.start.line,
                column: token.span.start.column,
                ..too_deep()
            });
        }
    }
    Ok(())
}

const fn is_set_operator(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::UNION | Keyword::EXCEPT | Keyword::INTERSECT | Keyword::MINUS)
}
