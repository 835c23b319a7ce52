//! Names and keywords judged token by token: nothing that the tree hides in a corner is missed.

use sqlparser::tokenizer::{Token, TokenWithSpan, Word};

use crate::denied::{self, DeniedKind};
use crate::dialect::Dialect;
use crate::refused::Refused;
use crate::schemas::Schemas;

/// Methods of XML columns in SQL Server, which look like functions with a schema.
const XML_METHODS: &[&str] = &["value", "query", "exist", "nodes"];

/// Refuses denied words, keywords and functions.
pub(crate) fn check(dialect: Dialect, schemas: &Schemas, tokens: &[TokenWithSpan]) -> Result<(), Refused> {
    let words = Words { dialect, schemas };
    let mut before = Vec::new();
    let significant: Vec<_> =
        tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    for (at, token) in significant.iter().enumerate() {
        let Token::Word(word) = &token.token else {
            if token.token != Token::Period {
                before.clear();
            }
            continue;
        };
        let rest = significant.get(at.saturating_add(1)..).unwrap_or_default();
        let reason = words.objection(&before, word, rest);
        if let Some((construct, reason)) = reason {
            return Err(Refused::at(token.span.start, construct, reason));
        }
        if rest.first().is_some_and(|next| next.token == Token::Period) {
            before.push(word);
        } else {
            before.clear();
        }
    }
    Ok(())
}

struct Words<'a> {
    dialect: Dialect,
    schemas: &'a Schemas,
}

impl Words<'_> {
    /// What can be said against a word with the names `before` it (joined by periods) and the tokens after it.
    fn objection(
        &self,
        before: &[&Word],
        word: &Word,
        rest: &[&TokenWithSpan],
    ) -> Option<(String, &'static str)> {
        let name = word.value.to_lowercase();
        if let Some(reason) = denied::reason(self.dialect, DeniedKind::Word, &name) {
            return Some((name, reason));
        }
        if word.quote_style.is_none() && before.is_empty() {
            let phrase =
                denied::phrases(self.dialect, &name).iter().find(|(phrase, _)| follows(phrase, rest));
            if let Some((phrase, reason)) = phrase {
                return Some((phrase.to_uppercase(), reason));
            }
        }
        let next = rest.first().map(|next| &next.token);
        let is_function = next == Some(&Token::LParen);
        if let Some(reason) = self.catalogue(&name, is_function, next == Some(&Token::Period)) {
            return Some((name, reason));
        }
        if is_function { self.function(before, &name) } else { None }
    }

    /// Names of the catalogue, wherever they stand: the database may see a table where the tree has none.
    fn catalogue(&self, name: &str, is_function: bool, is_qualifier: bool) -> Option<&'static str> {
        let relation = || denied::reason(self.dialect, DeniedKind::Relation, name);
        let schema = || denied::reason(self.dialect, DeniedKind::Schema, name);
        if is_qualifier { schema().or_else(relation) } else { (!is_function).then(relation).flatten() }
    }

    fn function(&self, before: &[&Word], name: &str) -> Option<(String, &'static str)> {
        if let Some(reason) = denied::reason(self.dialect, DeniedKind::Function, name) {
            return Some((format!("{name}()"), reason));
        }
        let is_method = self.dialect == Dialect::SqlServer && XML_METHODS.contains(&name);
        if before.is_empty() || is_method {
            return None;
        }
        let qualifier: Vec<_> = before.iter().map(|word| (word.value.as_str(), word.quote_style)).collect();
        self.schemas.objection(self.dialect, &qualifier).map(|reason| (format!("{name}()"), reason))
    }
}

/// Whether the words of a phrase after its first one come next.
fn follows(phrase: &str, rest: &[&TokenWithSpan]) -> bool {
    phrase.split(' ').skip(1).enumerate().all(|(index, expected)| {
        rest.get(index).is_some_and(|token| match &token.token {
            Token::Word(word) => word.quote_style.is_none() && word.value.eq_ignore_ascii_case(expected),
            _ => false,
        })
    })
}
