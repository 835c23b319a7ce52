//! The rows of a query counted: `SELECT count(*) AS rows FROM (<query>) AS counted`.

use sqlparser::ast::{Expr, GroupByExpr, Query, Select, SelectItem, SetExpr, TableFactor};

use crate::dialect::Dialect;
use crate::refused::Refused;
use crate::{tokens, tree};

/// The query that counts. Its WITH clause comes first, because SQL Server wants it there, and an order that
/// chooses no rows is dropped, because SQL Server refuses it inside.
pub(crate) fn counted(dialect: Dialect, mut query: Box<Query>) -> Result<Box<Query>, Refused> {
    let count = if dialect == Dialect::SqlServer { "count_big" } else { "count" };
    let mut outer = parsed(
        dialect,
        &format!("SELECT {count}(*) AS {} FROM (SELECT 1) AS counted", dialect.quoted("rows")),
    )?;
    outer.with = query.with.take();
    if !chooses_by_order(&query) {
        query.order_by = None;
    }
    if dialect != Dialect::PostgreSql {
        drop_columns(dialect, &mut query)?;
    }
    if let SetExpr::Select(select) = outer.body.as_mut() {
        for table in &mut select.from {
            if let TableFactor::Derived { subquery, .. } = &mut table.relation {
                std::mem::swap(subquery, &mut query);
            }
        }
    }
    Ok(outer)
}

fn parsed(dialect: Dialect, frame: &str) -> Result<Box<Query>, Refused> {
    tree::parse(dialect, tokens::split(dialect, frame)?)
}

fn chooses_by_order(query: &Query) -> bool {
    let top = matches!(query.body.as_ref(), SetExpr::Select(select) if select.top.is_some());
    top || query.limit_clause.is_some() || query.fetch.is_some()
}

/// MySQL and SQL Server refuse a table in FROM with two columns of one name, such as `a.*, b.*`. Where the columns
/// do not matter, `1` takes their place.
fn drop_columns(dialect: Dialect, query: &mut Query) -> Result<(), Refused> {
    let is_ordered = query.order_by.is_some();
    let SetExpr::Select(select) = query.body.as_mut() else { return Ok(()) };
    if is_ordered || !has_a_row_for_each_source_row(select) {
        return Ok(());
    }
    if let SetExpr::Select(one) = *parsed(dialect, "SELECT 1 AS one")?.body {
        select.projection = one.projection;
    }
    Ok(())
}

/// Plain columns, no grouping: an expression could be an aggregate, which makes one row of many.
fn has_a_row_for_each_source_row(select: &Select) -> bool {
    let is_column = |expr: &Expr| matches!(expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_));
    let is_plain = |item: &SelectItem| match item {
        SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..) => true,
        SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } => is_column(expr),
        SelectItem::ExprWithAliases { .. } => false,
    };
    let is_grouped =
        !matches!(&select.group_by, GroupByExpr::Expressions(by, with) if by.is_empty() && with.is_empty());
    select.distinct.is_none()
        && select.having.is_none()
        && !is_grouped
        && select.projection.iter().all(is_plain)
}
