//! Named parameters: found in the text, turned into the placeholders of the database.
//!
//! PostgreSQL infers the type of a bare `$1` from where it stands, and often cannot or infers another one than
//! the value has. There every placeholder carries a cast to the type of its value, so that binding always works.

use std::collections::{HashMap, HashSet};

use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::dialect::Dialect;
use crate::parameter::{Parameter, ParameterKind, Value, is_name};
use crate::refused::Refused;
use crate::tokens;

/// The names of the parameters in a text, in the order of their first use.
pub fn parameter_names(dialect: Dialect, sql: &str) -> Result<Vec<String>, Refused> {
    let tokens = tokens::read(dialect, sql)?;
    let mut seen = HashSet::new();
    let uses = tokens.iter().enumerate().filter_map(|(at, _)| name_at(&tokens, at));
    Ok(uses.filter(|name| seen.insert(*name)).map(str::to_owned).collect())
}

/// Tokens with placeholders in place of names, and what to bind to them, in order.
pub(crate) fn bind(
    dialect: Dialect,
    tokens: &[TokenWithSpan],
    parameters: &[Parameter],
) -> Result<(Vec<TokenWithSpan>, Vec<Value>), Refused> {
    let mut binding = Binding::new(dialect, parameters)?;
    let mut bound = Vec::with_capacity(tokens.len());
    let mut rest = tokens.iter().enumerate();
    while let Some((at, token)) = rest.next() {
        match name_at(tokens, at) {
            Some(name) => {
                binding.place(token, name, &mut bound)?;
                rest.next();
            }
            None => bound.push(token.clone()),
        }
    }
    Ok((bound, binding.finish()?))
}

/// The name behind a colon at `at`. A blank between them makes it no parameter.
fn name_at(tokens: &[TokenWithSpan], at: usize) -> Option<&str> {
    match (&tokens.get(at)?.token, &tokens.get(at.checked_add(1)?)?.token) {
        (Token::Colon, Token::Word(word)) if word.quote_style.is_none() && is_name(&word.value) => {
            Some(&word.value)
        }
        _ => None,
    }
}

struct Binding<'a> {
    dialect: Dialect,
    given: HashMap<&'a str, &'a Value>,
    /// Number of the placeholder of each name that was met.
    numbers: HashMap<&'a str, usize>,
    values: Vec<Value>,
}

impl<'a> Binding<'a> {
    fn new(dialect: Dialect, parameters: &'a [Parameter]) -> Result<Self, Refused> {
        let mut given = HashMap::with_capacity(parameters.len());
        for parameter in parameters {
            if given.insert(parameter.name.as_str(), &parameter.value).is_some() {
                return Err(Refused::whole(
                    format!(":{}", parameter.name),
                    "Two values were given for this parameter.",
                ));
            }
        }
        Ok(Self { dialect, given, numbers: HashMap::new(), values: Vec::new() })
    }

    /// Puts the placeholder of `name` where `token` stood.
    fn place(
        &mut self,
        token: &TokenWithSpan,
        name: &str,
        bound: &mut Vec<TokenWithSpan>,
    ) -> Result<(), Refused> {
        let refuse = |reason: &str| Refused::at(token.span.start, format!(":{name}"), reason);
        let (name, value) = self
            .given
            .get_key_value(name)
            .map(|(name, value)| (*name, *value))
            .ok_or_else(|| refuse("No value was given for this parameter."))?;
        let number = match self.numbers.get(name) {
            Some(number) if self.dialect != Dialect::MySql => *number,
            _ => {
                self.values.push(value.clone());
                self.numbers.insert(name, self.values.len());
                self.values.len()
            }
        };
        if number > most_placeholders(self.dialect) {
            return Err(refuse("The query has more parameters than the database can take."));
        }
        let placeholder = placeholder(self.dialect, number, value.kind());
        bound.extend(placeholder.into_iter().map(|new| TokenWithSpan { token: new, span: token.span }));
        Ok(())
    }

    fn finish(self) -> Result<Vec<Value>, Refused> {
        let mut surplus: Vec<_> =
            self.given.keys().filter(|name| !self.numbers.contains_key(*name)).collect();
        surplus.sort_unstable();
        match surplus.first() {
            None => Ok(self.values),
            Some(name) => {
                Err(Refused::whole(format!(":{name}"), "A value was given, but the query does not use it."))
            }
        }
    }
}

const fn most_placeholders(dialect: Dialect) -> usize {
    match dialect {
        Dialect::PostgreSql | Dialect::MySql => 65_535,
        Dialect::SqlServer => 2_100,
    }
}

fn placeholder(dialect: Dialect, number: usize, kind: ParameterKind) -> Vec<Token> {
    match dialect {
        Dialect::PostgreSql => vec![
            Token::Placeholder(format!("${number}")),
            Token::DoubleColon,
            Token::make_word(postgresql_type(kind), None),
        ],
        Dialect::MySql => vec![Token::Placeholder("?".to_owned())],
        Dialect::SqlServer => vec![Token::make_word(&format!("@P{number}"), None)],
    }
}

const fn postgresql_type(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Text => "text",
        ParameterKind::Integer => "bigint",
        ParameterKind::Number => "float8",
        ParameterKind::Boolean => "boolean",
        ParameterKind::Date => "date",
        ParameterKind::Timestamp => "timestamp",
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn names_come_in_order_of_first_use_and_once() {
        let sql =
            "SELECT ':no', x::date -- :no\n FROM t /* :no */ WHERE a = :second AND b > :first OR c = :second";
        assert_eq!(parameter_names(Dialect::PostgreSql, sql).unwrap(), ["second", "first"]);
    }

    #[test]
    fn an_array_slice_is_no_parameter() {
        assert!(parameter_names(Dialect::PostgreSql, "SELECT a[1:2], a[1: n] FROM t").unwrap().is_empty());
    }

    fn given(names: &[&str]) -> Vec<Parameter> {
        names.iter().map(|name| Parameter::read(name, "integer", Some("7")).unwrap()).collect()
    }

    fn bound(dialect: Dialect, sql: &str, names: &[&str]) -> Result<(String, usize), Refused> {
        let tokens = tokens::read(dialect, sql)?;
        let (tokens, values) = bind(dialect, &tokens, &given(names))?;
        Ok((tokens.iter().map(|token| token.token.to_string()).collect(), values.len()))
    }

    #[rstest]
    #[case(Dialect::PostgreSql, "$1::bigint + $2::bigint + $1::bigint", 2)]
    #[case(Dialect::MySql, "? + ? + ?", 3)]
    #[case(Dialect::SqlServer, "@P1 + @P2 + @P1", 2)]
    fn each_dialect_has_its_placeholders(
        #[case] dialect: Dialect,
        #[case] text: &str,
        #[case] values: usize,
    ) {
        let result = bound(dialect, ":a + :b + :a", &["a", "b"]).unwrap();
        assert_eq!(result, (text.to_owned(), values));
    }

    #[test]
    fn a_missing_value_is_named_with_its_place() {
        let refused = bound(Dialect::PostgreSql, "SELECT\n  :a", &[]).unwrap_err();
        assert_eq!((refused.construct.as_str(), refused.line, refused.column), (":a", 2, 3));
    }

    #[test]
    fn a_surplus_or_repeated_value_is_refused() {
        assert_eq!(bound(Dialect::MySql, "SELECT 1", &["b", "a"]).unwrap_err().construct, ":a");
        assert!(bound(Dialect::MySql, "SELECT :a", &["a", "a"]).is_err());
    }

    #[test]
    fn the_database_takes_only_so_many() {
        let names: Vec<_> = (0..2_101).map(|number| format!("p{number}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let sql = format!(":{}", names.join(",:"));
        assert!(bound(Dialect::SqlServer, &sql, &names).is_err());
        assert!(bound(Dialect::PostgreSql, &sql, &names).is_ok());
        assert!(bound(Dialect::SqlServer, &":a,".repeat(3_000), &["a"]).is_ok(), "one value, bound once");
    }
}
