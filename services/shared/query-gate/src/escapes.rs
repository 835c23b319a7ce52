//! Attempts to get past the gate, for tests: of the gate, and of every way that leads to a database.

mod everywhere;
mod mysql;
mod postgresql;
mod sql_server;

use crate::dialect::Dialect;

/// One attempt. None of them may be admitted, for any purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Escape {
    /// Where it would work if it got through.
    pub dialect: Dialect,
    /// What is typed.
    pub sql: &'static str,
}

/// All attempts, those that are the same in every dialect once for each.
pub fn escapes() -> impl Iterator<Item = Escape> {
    let everywhere = Dialect::ALL
        .into_iter()
        .flat_map(|dialect| everywhere::ESCAPES.iter().map(move |sql| Escape { dialect, sql }));
    let own = [
        (Dialect::PostgreSql, postgresql::ESCAPES),
        (Dialect::MySql, mysql::ESCAPES),
        (Dialect::SqlServer, sql_server::ESCAPES),
    ];
    let own = own.into_iter().flat_map(|(dialect, list)| list.iter().map(move |sql| Escape { dialect, sql }));
    everywhere.chain(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Gate, Purpose};

    #[test]
    fn none_is_admitted_for_any_purpose() {
        let mut admitted = Vec::new();
        for escape in escapes() {
            let gate = Gate::new(escape.dialect, &["research".to_owned(), "dbo".to_owned()]);
            for purpose in Purpose::ALL {
                if gate.admit(purpose, escape.sql, &[]).is_ok() {
                    admitted.push((escape, purpose));
                }
            }
        }
        assert!(admitted.is_empty(), "{admitted:#?}");
    }

    #[test]
    fn every_refusal_names_a_construct_a_place_and_a_reason() {
        for escape in escapes() {
            let gate = Gate::new(escape.dialect, &["research".to_owned(), "dbo".to_owned()]);
            let refused = gate.admit(Purpose::Rows, escape.sql, &[]).unwrap_err();
            let lines = u64::try_from(escape.sql.lines().count().max(1)).unwrap();
            assert!(!refused.construct.is_empty() && refused.line <= lines, "{escape:?}: {refused}");
            assert!(refused.reason.ends_with('.'), "{escape:?}: {refused}");
        }
    }

    #[test]
    fn the_list_is_long_and_holds_nothing_twice() {
        let mut seen = std::collections::HashSet::new();
        for escape in escapes() {
            assert!(seen.insert((escape.dialect, escape.sql)), "{escape:?}");
        }
        for dialect in Dialect::ALL {
            let count = escapes().filter(|escape| escape.dialect == dialect).count();
            assert!(count >= 70, "{dialect} has {count}");
        }
    }
}
