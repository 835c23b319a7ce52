//! The schemas that researchers may name.

use crate::denied::{self, DeniedKind};
use crate::dialect::Dialect;

/// A name as it is written: its text and its quote.
pub(crate) type Name<'a> = (&'a str, Option<char>);

/// The permitted schemas, as the settings hold them: `schema`, or `database.schema` where one database may
/// look into another.
#[derive(Debug, Clone)]
pub(crate) struct Schemas(Vec<String>);

impl Schemas {
    pub(crate) fn new(dialect: Dialect, permitted: &[String]) -> Self {
        let kept = permitted.iter().map(|schema| match dialect {
            Dialect::PostgreSql => schema.clone(),
            Dialect::MySql | Dialect::SqlServer => schema.to_lowercase(),
        });
        Self(kept.collect())
    }

    /// What can be said against the names before a table or function, such as `database.schema`.
    pub(crate) fn objection(&self, dialect: Dialect, qualifier: &[Name<'_>]) -> Option<&'static str> {
        let catalogue = qualifier
            .iter()
            .find_map(|(name, _)| denied::reason(dialect, DeniedKind::Schema, &name.to_lowercase()));
        if catalogue.is_some() {
            return catalogue;
        }
        let written: Vec<_> = qualifier.iter().map(|name| folded(dialect, *name)).collect();
        let permitted = qualifier.is_empty() || self.0.contains(&written.join("."));
        (!permitted).then_some("This schema is not among those that queries may read.")
    }
}

/// PostgreSQL folds what is not quoted; the others compare without case.
fn folded(dialect: Dialect, (name, quote): Name<'_>) -> String {
    if dialect == Dialect::PostgreSql && quote.is_some() { name.to_owned() } else { name.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Dialect::PostgreSql, &[], true)]
    #[case(Dialect::PostgreSql, &[("Research", None)], true)]
    #[case(Dialect::PostgreSql, &[("research", Some('"'))], true)]
    #[case(Dialect::PostgreSql, &[("Research", Some('"'))], false)]
    #[case(Dialect::PostgreSql, &[("coffer", None), ("research", None)], false)]
    #[case(Dialect::PostgreSql, &[("pg_catalog", None)], false)]
    #[case(Dialect::PostgreSql, &[("private", None)], false)]
    #[case(Dialect::MySql, &[("RESEARCH", Some('`'))], true)]
    #[case(Dialect::SqlServer, &[("Warehouse", None), ("dbo", None)], true)]
    #[case(Dialect::SqlServer, &[("dbo", None)], false)]
    #[case(Dialect::SqlServer, &[("server", None), ("warehouse", None), ("dbo", None)], false)]
    fn only_permitted_schemas_pass(
        #[case] dialect: Dialect,
        #[case] qualifier: &[Name<'_>],
        #[case] passes: bool,
    ) {
        let schemas = Schemas::new(dialect, &["research".to_owned(), "warehouse.dbo".to_owned()]);
        assert_eq!(schemas.objection(dialect, qualifier).is_none(), passes);
    }

    #[test]
    fn a_catalogue_is_refused_even_where_the_settings_permit_it() {
        let schemas = Schemas::new(Dialect::MySql, &["mysql".to_owned()]);
        assert!(schemas.objection(Dialect::MySql, &[("mysql", None)]).is_some());
    }
}
