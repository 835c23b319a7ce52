//! The tree judged: what it does, and which tables it names.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Ident, ObjectName, Query, Select, SelectFlavor, SetExpr, Spanned, Statement, TableAlias,
    TableFactor, TableWithJoins, Value, Visit, Visitor,
};
use sqlparser::tokenizer::Location;

use crate::denied::{self, DeniedKind};
use crate::dialect::Dialect;
use crate::refused::Refused;
use crate::schemas::Schemas;
use crate::tables;

const WRITES: &str = "A query reads; it does not change data.";
const FOREIGN: &str = "This belongs to another database system.";

/// Refuses a tree that does more than read permitted tables.
pub(crate) fn check(dialect: Dialect, schemas: &Schemas, query: &Query) -> Result<(), Refused> {
    match query.visit(&mut Judge { dialect, schemas }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(refused) => Err(*refused),
    }
}

struct Judge<'a> {
    dialect: Dialect,
    schemas: &'a Schemas,
}

type Verdict = ControlFlow<Box<Refused>>;

fn refuse(place: Location, construct: impl Into<String>, reason: &str) -> Verdict {
    ControlFlow::Break(Box::new(Refused::at(place, construct, reason)))
}

/// Breaks with the first objection whose condition holds.
fn none_of(place: Location, objections: &[(bool, &str, &str)]) -> Verdict {
    match objections.iter().find(|(holds, ..)| *holds) {
        Some((_, construct, reason)) => refuse(place, *construct, reason),
        None => ControlFlow::Continue(()),
    }
}

impl Visitor for Judge<'_> {
    type Break = Box<Refused>;

    fn pre_visit_statement(&mut self, statement: &Statement) -> Verdict {
        let text = statement.to_string();
        let construct = text.split_whitespace().next().unwrap_or("statement");
        refuse(statement.span().start, construct, WRITES)
    }

    fn pre_visit_query(&mut self, query: &Query) -> Verdict {
        let only_sql_server = self.dialect != Dialect::SqlServer;
        none_of(
            place_of(query),
            &[
                (!query.locks.is_empty(), "locking clause", "A query reads; it does not lock rows."),
                (
                    has_table_command(&query.body),
                    "TABLE",
                    "Please write SELECT * FROM and the name of the table.",
                ),
                (query.for_clause.is_some() && only_sql_server, "FOR", FOREIGN),
                (query.settings.is_some(), "SETTINGS", FOREIGN),
                (query.format_clause.is_some(), "FORMAT", FOREIGN),
                (!query.pipe_operators.is_empty(), "|>", FOREIGN),
            ],
        )
    }

    fn pre_visit_select(&mut self, select: &Select) -> Verdict {
        none_of(
            select.select_token.0.span.start,
            &[
                (select.into.is_some(), "INTO", WRITES),
                (!select.optimizer_hints.is_empty(), "/*+ */", "Hints to the optimiser are not allowed."),
                (select.flavor != SelectFlavor::Standard, "FROM", FOREIGN),
                (!select.lateral_views.is_empty(), "LATERAL VIEW", FOREIGN),
                (select.prewhere.is_some(), "PREWHERE", FOREIGN),
                (!select.connect_by.is_empty(), "CONNECT BY", FOREIGN),
                (!select.cluster_by.is_empty(), "CLUSTER BY", FOREIGN),
                (!select.distribute_by.is_empty(), "DISTRIBUTE BY", FOREIGN),
                (!select.sort_by.is_empty(), "SORT BY", FOREIGN),
                (select.qualify.is_some(), "QUALIFY", FOREIGN),
                (select.value_table_mode.is_some(), "SELECT AS", FOREIGN),
                (select.exclude.is_some(), "EXCLUDE", FOREIGN),
            ],
        )?;
        select.from.iter().try_for_each(|table| self.joins(table))
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> Verdict {
        let names: Option<Vec<&Ident>> = relation.0.iter().map(|part| part.as_ident()).collect();
        let Some((table, qualifier)) = names.as_deref().and_then(<[_]>::split_last) else {
            return refuse(relation.span().start, relation.to_string(), "This is not the name of a table.");
        };
        let place = qualifier.first().unwrap_or(table).span.start;
        self.name(table)?;
        let written: Vec<_> = qualifier.iter().map(|name| (name.value.as_str(), name.quote_style)).collect();
        let catalogue = || denied::reason(self.dialect, DeniedKind::Relation, &table.value.to_lowercase());
        match self.schemas.objection(self.dialect, &written).or_else(catalogue) {
            Some(reason) => refuse(place, relation.to_string(), reason),
            None => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_table_factor(&mut self, table: &TableFactor) -> Verdict {
        if let Some(construct) = tables::foreign(self.dialect, table) {
            return refuse(table.span().start, construct, FOREIGN);
        }
        match table {
            TableFactor::Table { alias, with_hints, .. } => {
                self.hints(with_hints)?;
                self.alias(alias.as_ref())
            }
            TableFactor::NestedJoin { alias, table_with_joins } => {
                self.joins(table_with_joins)?;
                self.alias(alias.as_ref())
            }
            TableFactor::Derived { alias, .. }
            | TableFactor::Function { alias, .. }
            | TableFactor::UNNEST { alias, .. }
            | TableFactor::JsonTable { alias, .. }
            | TableFactor::OpenJsonTable { alias, .. }
            | TableFactor::XmlTable { alias, .. }
            | TableFactor::Pivot { alias, .. }
            | TableFactor::Unpivot { alias, .. } => self.alias(alias.as_ref()),
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> Verdict {
        let construct = match expr {
            Expr::JsonAccess { .. } => ":",
            Expr::Struct { .. } | Expr::Dictionary(_) | Expr::Map(_) => "structure",
            Expr::Lambda(_) => "->",
            Expr::Prior(_) => "PRIOR",
            Expr::OuterJoin(_) => "(+)",
            Expr::InUnnest { .. } => "IN UNNEST",
            Expr::Value(value) if is_foreign(&value.value) => {
                return refuse(value.span.start, "literal", FOREIGN);
            }
            _ => return ControlFlow::Continue(()),
        };
        refuse(expr.span().start, construct, FOREIGN)
    }
}

impl Judge<'_> {
    /// Hints behind a table: SQL Server's that read without waiting are fine, those that lock are not.
    fn hints(&self, hints: &[Expr]) -> Verdict {
        for hint in hints {
            let text = hint.to_string();
            let harmless = ["nolock", "readuncommitted", "readcommitted", "readpast"];
            if self.dialect != Dialect::SqlServer || !harmless.contains(&text.to_lowercase().as_str()) {
                return refuse(hint.span().start, text, "This hint is not allowed. NOLOCK is.");
            }
        }
        ControlFlow::Continue(())
    }

    fn joins(&self, table: &TableWithJoins) -> Verdict {
        for join in &table.joins {
            if let Some(construct) = tables::foreign_join(self.dialect, join) {
                return refuse(join.relation.span().start, construct, FOREIGN);
            }
        }
        ControlFlow::Continue(())
    }

    /// SQL Server would run `EXEC ('...')` where the parser sees an alias with a column.
    fn alias(&self, alias: Option<&TableAlias>) -> Verdict {
        let Some(alias) = alias else { return ControlFlow::Continue(()) };
        self.name(&alias.name)?;
        alias.columns.iter().try_for_each(|column| self.name(&column.name))
    }

    /// What is the name of a table here must be one for the database as well.
    fn name(&self, name: &Ident) -> Verdict {
        let reason = match name.quote_style {
            Some('\'') => Some("A name is not text in quotes."),
            Some(_) => None,
            None => denied::reason(self.dialect, DeniedKind::Bare, &name.value.to_lowercase()),
        };
        match reason {
            Some(reason) => refuse(name.span.start, name.to_string(), reason),
            None => ControlFlow::Continue(()),
        }
    }
}

fn is_foreign(value: &Value) -> bool {
    !matches!(
        value,
        Value::Number(..)
            | Value::SingleQuotedString(_)
            | Value::DoubleQuotedString(_)
            | Value::EscapedStringLiteral(_)
            | Value::NationalStringLiteral(_)
            | Value::HexStringLiteral(_)
            | Value::SingleQuotedByteStringLiteral(_)
            | Value::Boolean(_)
            | Value::Null
            | Value::Placeholder(_)
    )
}

/// Whether `TABLE name` stands for a SELECT anywhere in a set operation. Its names are not visited.
fn has_table_command(body: &SetExpr) -> bool {
    let mut waiting = vec![body];
    while let Some(part) = waiting.pop() {
        match part {
            SetExpr::Table(_) => return true,
            SetExpr::SetOperation { left, right, .. } => waiting.extend([left.as_ref(), right.as_ref()]),
            _ => {}
        }
    }
    false
}

/// Where a query begins, as far as the tree knows.
fn place_of(query: &Query) -> Location {
    let mut body = query.body.as_ref();
    loop {
        match body {
            SetExpr::Select(select) => return select.select_token.0.span.start,
            SetExpr::SetOperation { left, .. } => body = left,
            SetExpr::Query(inner) => body = &inner.body,
            _ => return Location { line: 1, column: 1 },
        }
    }
}
