//! A page of a stored result.

use axum::Json;
use axum::extract::State;
use coffer_proto::query::v1::{Cell, GetRows};
use coffer_types::RunId;
use serde::Serialize;
use serde_json::{Number, Value};
use utoipa::ToSchema;

use super::TAG;
use super::run::QueryColumn;
use super::view::ApiView;
use crate::api::{Answer, ApiError, ApiUser, FieldError};
use crate::app::App;
use crate::web::Id;

const MOST: u32 = 1_000;
const DEFAULT_LIMIT: u32 = 50;

/// What page is wanted; read by [`ApiView`].
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query string")]
pub(in crate::api) struct PageOfRows {
    /// Rows of the view to leave out.
    offset: Option<u64>,
    /// Rows wanted; 50 where left out.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

/// How to look at the result.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query string")]
pub(in crate::api) struct ViewOfResult {
    /// Columns to sort by, separated by commas; a minus turns the order. In a name, a comma, a colon or a
    /// leading minus has a backslash before it.
    #[param(example = "-age,name")]
    sort: Option<String>,
    /// Columns wanted, separated by commas, in this order; left out: all.
    #[param(example = "age,name")]
    columns: Option<String>,
    /// `column:operator:value`, once for each condition; all of them hold. Operators: equals, not_equals,
    /// contains, less, at_most, greater, at_least, is_null, is_not_null (these two without a value).
    #[param(example = json!(["age:at_least:40"]))]
    filter: Option<Vec<String>>,
    /// Leaves out columns without any value.
    hide_empty: Option<bool>,
}

/// A page of a result. Integers and numbers are JSON numbers (but "NaN", "Infinity" and "-Infinity"), booleans
/// are booleans, NULL is null, and all else is text: exact decimals, dates in ISO 8601, bytes in hexadecimal.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct QueryRows {
    columns: Vec<QueryColumn>,
    /// May be fewer than asked for where rows are very large: go on at `offset` plus the number of these rows.
    rows: Vec<Vec<Value>>,
    /// As asked.
    offset: u64,
    /// Rows of the view.
    total: u64,
}

/// Rows of the stored result, sorted and filtered as asked; the research database is not asked again.
#[utoipa::path(get, path = "/query-runs/{id}/rows", tag = TAG, operation_id = "get_query_rows",
    params(("id" = Uuid, Path), PageOfRows, ViewOfResult),
    responses((status = OK, body = QueryRows, description = "A page of the result")))]
pub(in crate::api) async fn list(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    Id(id): Id<RunId>,
    mut query: ApiView,
) -> Answer<QueryRows> {
    let offset = query.take_number("offset")?.unwrap_or_default();
    let limit = query.take_number("limit")?.unwrap_or(DEFAULT_LIMIT);
    let view = query.finish()?;
    if !(1..=MOST).contains(&limit) {
        return Err(FieldError::new("limit", format!("must be 1 to {MOST}")).into());
    }
    let caller = Some(user.caller());
    let question =
        GetRows { caller, run_id: id.to_string(), view: Some(view), offset, limit, ..GetRows::default() };
    let page = app.ask_of_result(&question).await.map_err(|e| ApiError::from(e).below("view."))?;
    let kinds: Vec<_> = page.columns.iter().map(|column| column.kind.clone()).collect();
    let row = |cells: Vec<Cell>| cells.into_iter().zip(&kinds).map(|(cell, kind)| json(cell, kind)).collect();
    Ok(Json(QueryRows {
        rows: page.rows.into_iter().map(|found| row(found.cells)).collect(),
        columns: page.columns.into_iter().map(QueryColumn::from).collect(),
        offset,
        total: page.total,
    }))
}

/// A cell in JSON; what has no JSON form of its kind stays text.
fn json(cell: Cell, kind: &str) -> Value {
    let Some(text) = cell.text else { return Value::Null };
    let value = match kind {
        "boolean" => text.parse().ok().map(Value::Bool),
        "integer" => text.parse::<i64>().ok().map(Value::from),
        "number" => text.parse().ok().and_then(Number::from_f64).map(Value::Number),
        _ => None,
    };
    value.unwrap_or(Value::String(text))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json as literal;

    use super::*;

    #[rstest]
    #[case("boolean", Some("true"), literal!(true))]
    #[case("integer", Some("-9223372036854775808"), literal!(i64::MIN))]
    #[case("integer", Some("18446744073709551615"), literal!("18446744073709551615"))]
    #[case("number", Some("0.1"), literal!(0.1))]
    #[case("number", Some("NaN"), literal!("NaN"))]
    #[case("number", Some("-Infinity"), literal!("-Infinity"))]
    #[case("decimal", Some("1.10"), literal!("1.10"))]
    #[case("text", Some(""), literal!(""))]
    #[case("text", Some("7"), literal!("7"))]
    #[case("date", Some("2026-11-24"), literal!("2026-11-24"))]
    #[case("integer", None, literal!(null))]
    fn a_cell_has_the_json_form_of_its_kind(
        #[case] kind: &str,
        #[case] text: Option<&str>,
        #[case] expected: Value,
    ) {
        assert_eq!(json(Cell { text: text.map(str::to_owned), ..Cell::default() }, kind), expected);
    }
}
