//! A text as tokens: comments gone, literals that two readers could read differently refused.

use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer, Whitespace, Word};

use crate::dialect::Dialect;
use crate::refused::Refused;
use crate::{input, parser_error};

/// The most words and signs; judging that many takes a fraction of a second.
const MAX_TOKENS: usize = 50_000;

/// The tokens of a text that a person typed.
pub(crate) fn read(dialect: Dialect, sql: &str) -> Result<Vec<TokenWithSpan>, Refused> {
    input::check(sql)?;
    refuse_executable_comments(dialect, sql)?;
    let mut tokens = split(dialect, sql)?;
    refuse_escaped_names(dialect, &tokens)?;
    let mut count = 0_usize;
    for token in &mut tokens {
        check(dialect, token)?;
        if let Token::Whitespace(_) = token.token {
            token.token = Token::Whitespace(Whitespace::Space);
            continue;
        }
        count = count.saturating_add(1);
        if count > MAX_TOKENS {
            let reason = "The query has more than 50,000 words and signs. Please send long lists in parts.";
            return Err(Refused::at(token.span.start, "length", reason));
        }
    }
    Ok(tokens)
}

/// The tokens of a text as they are. Literals keep their spelling, so that rendering gives it back.
pub(crate) fn split(dialect: Dialect, sql: &str) -> Result<Vec<TokenWithSpan>, Refused> {
    Tokenizer::new(dialect.grammar(), sql)
        .with_unescape(false)
        .tokenize_with_location()
        .map_err(|error| Refused::at(error.location, "text", parser_error::sentence(dialect, &error.message)))
}

/// MySQL and MariaDB run what stands in `/*! ... */`; the tokenizer reads it as if it were no comment.
fn refuse_executable_comments(dialect: Dialect, sql: &str) -> Result<(), Refused> {
    if dialect != Dialect::MySql {
        return Ok(());
    }
    for (index, line) in sql.lines().enumerate() {
        let Some(at) = ["/*!", "/*M!"].iter().filter_map(|start| line.find(start)).min() else { continue };
        let column = line.get(..at).map_or(0, |before| before.chars().count());
        let place = sqlparser::tokenizer::Location { line: number(index), column: number(column) };
        return Err(Refused::at(place, "/*! */", "Comments that the database would run are not allowed."));
    }
    Ok(())
}

/// PostgreSQL reads `U&"..."` as one name with escapes, the parser as an operator between two.
fn refuse_escaped_names(dialect: Dialect, tokens: &[TokenWithSpan]) -> Result<(), Refused> {
    let is_escaped = |window: &&[TokenWithSpan]| match window {
        [first, and, name] => {
            matches!(&first.token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case("u"))
                && and.token == Token::Ampersand
                && matches!(&name.token, Token::Word(word) if word.quote_style.is_some())
        }
        _ => false,
    };
    let found = tokens.windows(3).find(is_escaped).and_then(<[_]>::first);
    match found.filter(|_| dialect == Dialect::PostgreSql) {
        Some(first) => Err(Refused::at(
            first.span.start,
            "U&\"\"",
            "Names with Unicode escapes are not allowed. Please write the name itself.",
        )),
        None => Ok(()),
    }
}

fn number(index: usize) -> u64 {
    u64::try_from(index).unwrap_or(u64::MAX).saturating_add(1)
}

fn check(dialect: Dialect, token: &TokenWithSpan) -> Result<(), Refused> {
    let refuse = |construct: &str, reason: &str| Err(Refused::at(token.span.start, construct, reason));
    match &token.token {
        Token::Word(word) => check_word(dialect, word)
            .map_or(Ok(()), |reason| Err(Refused::at(token.span.start, word.to_string(), reason))),
        Token::Placeholder(text) => {
            refuse(text, "Placeholders of the database are not allowed. Please name your parameters: :name.")
        }
        Token::Question if dialect != Dialect::PostgreSql => {
            refuse("?", "Placeholders of the database are not allowed. Please name your parameters: :name.")
        }
        Token::DollarQuotedString(_) => {
            refuse("$$", "Dollar quotes are not allowed. Please write text in single quotes.")
        }
        Token::UnicodeStringLiteral(_) => {
            refuse("U&''", "Escaped Unicode text is not allowed. Please write the characters themselves.")
        }
        Token::SingleQuotedString(text)
        | Token::DoubleQuotedString(text)
        | Token::NationalStringLiteral(text)
            if dialect == Dialect::MySql && escapes_a_quote(text) =>
        {
            refuse("\\'", "A quote inside text is written twice, not behind a backslash.")
        }
        Token::HexStringLiteral(text) if !text.chars().all(|digit| digit.is_ascii_hexdigit()) => {
            refuse("X''", "A hexadecimal literal holds the digits 0 to 9 and A to F.")
        }
        Token::SingleQuotedByteStringLiteral(text) | Token::DoubleQuotedByteStringLiteral(text)
            if !text.chars().all(|digit| matches!(digit, '0' | '1')) =>
        {
            refuse("B''", "A bit literal holds the digits 0 and 1.")
        }
        Token::Assignment => refuse(":=", "A query cannot set variables."),
        Token::AtSign if dialect != Dialect::PostgreSql => refuse("@", "Variables are not allowed."),
        Token::Backslash => refuse("\\", "Commands of a database client are not SQL."),
        Token::LBrace | Token::RBrace => {
            refuse("{ }", "ODBC escapes are not allowed. Please write plain SQL.")
        }
        _ => Ok(()),
    }
}

fn check_word(dialect: Dialect, word: &Word) -> Option<&'static str> {
    let Some(quote) = word.quote_style else {
        if !word.value.is_ascii() {
            return Some("Outside quotes only plain ASCII letters are read. Please put this name in quotes.");
        }
        if word.value.contains('@') {
            return Some("Variables are not allowed.");
        }
        return word.value.contains('#').then_some("Temporary tables are not allowed.");
    };
    let end = if quote == '[' { ']' } else { quote };
    if word.value.is_empty() || word.value.contains(end) || word.value.contains('\\') {
        return Some("A quoted name cannot be empty or hold quotes and backslashes.");
    }
    (dialect == Dialect::SqlServer && word.value.starts_with(['#', '@']))
        .then_some("Temporary tables are not allowed.")
}

/// Whether a quote follows an odd run of backslashes: with `NO_BACKSLASH_ESCAPES` the literal ends there,
/// without it goes on.
fn escapes_a_quote(literal: &str) -> bool {
    let mut escaped = false;
    for character in literal.chars() {
        if escaped && matches!(character, '\'' | '"') {
            return true;
        }
        escaped = character == '\\' && !escaped;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Dialect::MySql, "SELECT 1 /*!50000 UNION SELECT 2 */")]
    #[case(Dialect::MySql, "SELECT 1 /*M!100 + 1 */")]
    #[case(Dialect::MySql, r"SELECT 'a\' , sleep(5) -- '")]
    #[case(Dialect::MySql, "SELECT @x")]
    #[case(Dialect::MySql, "SELECT ?")]
    #[case(Dialect::SqlServer, "SELECT @@version")]
    #[case(Dialect::SqlServer, "SELECT * FROM #t")]
    #[case(Dialect::SqlServer, "SELECT * FROM [#t]")]
    #[case(Dialect::PostgreSql, "SELECT $1")]
    #[case(Dialect::PostgreSql, "SELECT $$text$$")]
    #[case(Dialect::PostgreSql, "SELECT U&'\\0041'")]
    #[case(Dialect::PostgreSql, "SELECT U&\"a\"")]
    #[case(Dialect::PostgreSql, "SELECT \"a\"\"b\"")]
    #[case(Dialect::PostgreSql, "ЅELECT 1")]
    #[case(Dialect::PostgreSql, "\\copy note to file")]
    #[case(Dialect::PostgreSql, "SELECT 'open")]
    fn what_two_readers_could_read_differently_is_refused(#[case] dialect: Dialect, #[case] sql: &str) {
        assert!(read(dialect, sql).is_err());
    }

    #[test]
    fn comments_are_gone() {
        let tokens = read(Dialect::PostgreSql, "SELECT /* a /* b */ c */ 1 -- end").unwrap();
        assert!(!tokens.iter().any(|token| token.token.to_string().contains('b')));
    }

    #[rstest]
    #[case(r"10\\", false)]
    #[case(r"\\d+", false)]
    #[case(r"a\'b", true)]
    #[case(r"a\\\'b", true)]
    fn an_odd_run_of_backslashes_escapes(#[case] literal: &str, #[case] escapes: bool) {
        assert_eq!(escapes_a_quote(literal), escapes);
    }
}
