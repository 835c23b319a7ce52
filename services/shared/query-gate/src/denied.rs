//! The deny list: what a query must not name, as data, each group with its reason.
//!
//! Names are compared in lower case. A name that ends in `*` stands for all that begin with it.

mod mysql;
mod postgresql;
mod sql_server;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::dialect::Dialect;

/// What kind of name is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeniedKind {
    /// A function: a name before an opening parenthesis.
    Function,
    /// A table or view, whatever its schema.
    Relation,
    /// A schema or database, before a table or a function.
    Schema,
    /// A name wherever it stands, quoted or not.
    Word,
    /// A keyword as the name or alias of a table, not quoted.
    Bare,
    /// Keywords one after the other, not quoted.
    Phrase,
}

/// Names that are denied for one reason.
#[derive(Debug, Clone, Copy)]
pub struct Denied {
    /// What kind of names they are.
    pub kind: DeniedKind,
    /// Why, in a sentence for the person who wrote the query.
    pub reason: &'static str,
    /// The names, in lower case.
    pub names: &'static [&'static str],
}

/// Everything that is denied in a dialect.
pub fn denied(dialect: Dialect) -> impl Iterator<Item = &'static Denied> {
    let own = match dialect {
        Dialect::PostgreSql => postgresql::DENIED,
        Dialect::MySql => mysql::DENIED,
        Dialect::SqlServer => sql_server::DENIED,
    };
    EVERYWHERE.iter().chain(own)
}

/// Names that a pattern of the list would catch and that do no harm.
const HARMLESS: &[&str] = &["pg_typeof", "pg_column_size"];

const EVERYWHERE: &[Denied] = &[
    Denied {
        kind: DeniedKind::Phrase,
        reason: "A query reads; it does not write its result into a table, a file or a variable.",
        names: &["into"],
    },
    Denied {
        kind: DeniedKind::Phrase,
        reason: "A query reads; it does not lock rows.",
        names: &["for update", "for no key update", "for share", "for key share", "lock in share mode"],
    },
    Denied {
        kind: DeniedKind::Phrase,
        reason: "Sequences count for everybody; a query must not move them.",
        names: &["next value for", "previous value for"],
    },
    Denied {
        kind: DeniedKind::Schema,
        reason: "Catalogues hold other people's queries and sample values. The schema browser shows tables and \
                 columns.",
        names: &["information_schema"],
    },
    Denied {
        kind: DeniedKind::Phrase,
        reason: "Please write SELECT * FROM and the name of the table. A column of that name needs quotes.",
        names: &["table"],
    },
    Denied {
        kind: DeniedKind::Bare,
        // The parser would take `FROM only pg_stats` for a table `only` with an alias.
        reason: "This is a keyword. If it is the name of a table, please put it in quotes.",
        names: &[
            "all",
            "and",
            "any",
            "array",
            "as",
            "asc",
            "between",
            "both",
            "case",
            "cast",
            "check",
            "collate",
            "column",
            "constraint",
            "create",
            "cross",
            "current_date",
            "current_role",
            "current_time",
            "current_timestamp",
            "current_user",
            "default",
            "delete",
            "desc",
            "distinct",
            "do",
            "drop",
            "else",
            "end",
            "except",
            "exists",
            "false",
            "fetch",
            "for",
            "foreign",
            "from",
            "full",
            "grant",
            "group",
            "having",
            "ilike",
            "in",
            "inner",
            "insert",
            "intersect",
            "is",
            "isnull",
            "join",
            "lateral",
            "leading",
            "left",
            "like",
            "limit",
            "localtime",
            "localtimestamp",
            "lock",
            "natural",
            "not",
            "notnull",
            "null",
            "offset",
            "on",
            "only",
            "option",
            "or",
            "order",
            "outer",
            "overlaps",
            "partition",
            "percent",
            "pivot",
            "placing",
            "primary",
            "references",
            "returning",
            "right",
            "rows",
            "select",
            "session_user",
            "similar",
            "some",
            "symmetric",
            "system_user",
            "tablesample",
            "then",
            "to",
            "top",
            "trailing",
            "true",
            "union",
            "unique",
            "unnest",
            "unpivot",
            "update",
            "user",
            "using",
            "values",
            "variadic",
            "verbose",
            "when",
            "where",
            "window",
            "with",
        ],
    },
];

/// The lists of a dialect, made ready for look-ups.
struct Index {
    exact: HashMap<(DeniedKind, &'static str), &'static str>,
    prefixes: Vec<(DeniedKind, &'static str, &'static str)>,
    /// By their first word.
    phrases: HashMap<&'static str, Vec<(&'static str, &'static str)>>,
}

impl Index {
    fn of(dialect: Dialect) -> Self {
        let mut index = Self { exact: HashMap::new(), prefixes: Vec::new(), phrases: HashMap::new() };
        for denied in denied(dialect) {
            for name in denied.names {
                index.add(denied, name);
            }
        }
        index
    }

    fn add(&mut self, denied: &Denied, name: &'static str) {
        if denied.kind == DeniedKind::Phrase {
            let first = name.split(' ').next().unwrap_or(name);
            self.phrases.entry(first).or_default().push((name, denied.reason));
        } else if let Some(prefix) = name.strip_suffix('*') {
            self.prefixes.push((denied.kind, prefix, denied.reason));
        } else {
            self.exact.insert((denied.kind, name), denied.reason);
        }
    }
}

fn index(dialect: Dialect) -> &'static Index {
    static INDEXES: LazyLock<[Index; 3]> = LazyLock::new(|| Dialect::ALL.map(Index::of));
    let [postgresql, mysql, sql_server] = &*INDEXES;
    match dialect {
        Dialect::PostgreSql => postgresql,
        Dialect::MySql => mysql,
        Dialect::SqlServer => sql_server,
    }
}

/// Why a name of a kind is denied, if it is. `name` is in lower case.
pub(crate) fn reason(dialect: Dialect, kind: DeniedKind, name: &str) -> Option<&'static str> {
    let index = index(dialect);
    if kind == DeniedKind::Function && HARMLESS.contains(&name) {
        return None;
    }
    index.exact.get(&(kind, name)).copied().or_else(|| {
        let mut prefixes = index.prefixes.iter();
        prefixes.find(|(of, prefix, _)| *of == kind && name.starts_with(prefix)).map(|(_, _, reason)| *reason)
    })
}

/// The denied phrases that begin with `word` (in lower case), with their reasons.
pub(crate) fn phrases(dialect: Dialect, word: &str) -> &'static [(&'static str, &'static str)] {
    index(dialect).phrases.get(word).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn every_entry_is_well_formed() {
        for dialect in Dialect::ALL {
            for entry in denied(dialect) {
                assert!(entry.reason.ends_with('.'), "{} is no sentence", entry.reason);
                for name in entry.names {
                    let stem = name.strip_suffix('*').unwrap_or(name);
                    assert!(!stem.is_empty() && !stem.contains('*'), "{name}");
                    assert_eq!(*name, name.to_lowercase());
                }
            }
        }
    }

    #[test]
    fn no_name_stands_twice() {
        for dialect in Dialect::ALL {
            let mut seen = std::collections::HashSet::new();
            for entry in denied(dialect) {
                for name in entry.names {
                    assert!(seen.insert((entry.kind, *name)), "{dialect} {name}");
                }
            }
        }
    }

    #[rstest]
    #[case(Dialect::PostgreSql, DeniedKind::Function, "pg_sleep_for", true)]
    #[case(Dialect::PostgreSql, DeniedKind::Function, "pg_typeof", false)]
    #[case(Dialect::PostgreSql, DeniedKind::Function, "generate_series", false)]
    #[case(Dialect::PostgreSql, DeniedKind::Relation, "pg_stats", true)]
    #[case(Dialect::MySql, DeniedKind::Function, "sleep", true)]
    #[case(Dialect::MySql, DeniedKind::Relation, "sleep", false)]
    #[case(Dialect::SqlServer, DeniedKind::Function, "xp_cmdshell", true)]
    #[case(Dialect::SqlServer, DeniedKind::Relation, "systolic", false)]
    fn names_and_patterns_match(
        #[case] dialect: Dialect,
        #[case] kind: DeniedKind,
        #[case] name: &str,
        #[case] denied: bool,
    ) {
        assert_eq!(reason(dialect, kind, name).is_some(), denied);
    }
}
