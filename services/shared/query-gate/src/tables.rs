//! What may stand in FROM, by dialect. Where the parser knows a clause that the database does not, the database
//! could read an alias and another table instead.

use sqlparser::ast::{
    Expr, Join, JoinConstraint, JoinOperator, TableFactor, TableSample, TableSampleKind, TableSampleMethod,
    TableVersion,
};

use crate::dialect::Dialect;

/// The clause of a table that the dialect does not know, if there is one.
pub(crate) fn foreign(dialect: Dialect, table: &TableFactor) -> Option<&'static str> {
    let is_postgresql = dialect == Dialect::PostgreSql;
    let is_mysql = dialect == Dialect::MySql;
    let is_sql_server = dialect == Dialect::SqlServer;
    match table {
        TableFactor::Table { .. } => foreign_to_named(dialect, table),
        TableFactor::Derived { lateral, sample, .. } => first(&[
            (*lateral && is_sql_server, "LATERAL"),
            (sample.is_some() && !is_postgresql, "TABLESAMPLE"),
        ]),
        TableFactor::UNNEST { with_offset, .. } => {
            first(&[(!is_postgresql, "UNNEST"), (*with_offset, "WITH OFFSET")])
        }
        TableFactor::NestedJoin { .. } => None,
        TableFactor::Function { .. } => first(&[(!is_postgresql, "LATERAL")]),
        TableFactor::JsonTable { .. } => first(&[(is_sql_server, "JSON_TABLE")]),
        TableFactor::XmlTable { .. } => first(&[(!is_postgresql, "XMLTABLE")]),
        TableFactor::OpenJsonTable { .. } => first(&[(!is_sql_server, "OPENJSON")]),
        TableFactor::Pivot { .. } => first(&[(!is_sql_server, "PIVOT")]),
        TableFactor::Unpivot { .. } => first(&[(!is_sql_server, "UNPIVOT")]),
        TableFactor::TableFunction { .. } => Some("TABLE()"),
        TableFactor::UnpivotExpr { .. } => Some("UNPIVOT"),
        TableFactor::MatchRecognize { .. } => Some("MATCH_RECOGNIZE"),
        TableFactor::SemanticView { .. } => Some("SEMANTIC_VIEW"),
    }
    .or_else(|| first(&[(is_mysql && has_column_aliases_with_types(table), "type")]))
}

fn foreign_to_named(dialect: Dialect, table: &TableFactor) -> Option<&'static str> {
    let TableFactor::Table {
        args, version, with_ordinality, partitions, json_path, sample, index_hints, ..
    } = table
    else {
        return None;
    };
    let is_postgresql = dialect == Dialect::PostgreSql;
    let is_mysql = dialect == Dialect::MySql;
    let is_known_version = |version: &TableVersion| matches!(version, TableVersion::ForSystemTimeAsOf(_));
    first(&[
        (json_path.is_some(), "path"),
        (args.as_ref().is_some_and(|args| args.settings.is_some()), "SETTINGS"),
        (args.is_some() && is_mysql, "function in FROM"),
        (version.is_some() && is_postgresql, "FOR SYSTEM_TIME"),
        (version.as_ref().is_some_and(|version| !is_known_version(version)), "AS OF"),
        (*with_ordinality && !is_postgresql, "WITH ORDINALITY"),
        (!partitions.is_empty() && !is_mysql, "PARTITION"),
        (!index_hints.is_empty() && !is_mysql, "INDEX"),
        (sample.is_some() && is_mysql, "TABLESAMPLE"),
        (sample.as_ref().is_some_and(|sample| !is_plain_sample(sample)), "TABLESAMPLE"),
    ])
}

fn has_column_aliases_with_types(table: &TableFactor) -> bool {
    match table {
        TableFactor::Table { alias: Some(alias), .. } | TableFactor::Derived { alias: Some(alias), .. } => {
            alias.columns.iter().any(|column| column.data_type.is_some())
        }
        _ => false,
    }
}

/// A method that both PostgreSQL and SQL Server know, or none, of a number.
fn is_plain_sample(sample: &TableSampleKind) -> bool {
    let (TableSampleKind::BeforeTableAlias(sample) | TableSampleKind::AfterTableAlias(sample)) = sample;
    let TableSample { name, quantity, bucket, offset, .. } = sample.as_ref();
    let is_number = quantity.as_ref().is_some_and(|quantity| matches!(quantity.value, Expr::Value(_)));
    let is_known = matches!(name, None | Some(TableSampleMethod::Bernoulli | TableSampleMethod::System));
    is_number && is_known && bucket.is_none() && offset.is_none()
}

/// The kind of join that the dialect does not know, if it is one.
pub(crate) fn foreign_join(dialect: Dialect, join: &Join) -> Option<&'static str> {
    let constraint = match &join.join_operator {
        JoinOperator::Join(constraint)
        | JoinOperator::Inner(constraint)
        | JoinOperator::Left(constraint)
        | JoinOperator::LeftOuter(constraint)
        | JoinOperator::Right(constraint)
        | JoinOperator::RightOuter(constraint)
        | JoinOperator::CrossJoin(constraint) => constraint,
        JoinOperator::FullOuter(constraint) if dialect != Dialect::MySql => constraint,
        JoinOperator::StraightJoin(_) if dialect == Dialect::MySql => return None,
        JoinOperator::CrossApply | JoinOperator::OuterApply if dialect == Dialect::SqlServer => return None,
        _ => return Some("JOIN"),
    };
    let is_sql_server = dialect == Dialect::SqlServer;
    first(&[
        (join.global, "GLOBAL"),
        (is_sql_server && matches!(constraint, JoinConstraint::Natural), "NATURAL"),
        (is_sql_server && matches!(constraint, JoinConstraint::Using(_)), "USING"),
    ])
}

fn first(objections: &[(bool, &'static str)]) -> Option<&'static str> {
    objections.iter().find(|(holds, _)| *holds).map(|(_, construct)| *construct)
}
