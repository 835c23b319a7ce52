//! Values for the placeholders `@P1`, `@P2` and so on.

use coffer_query_gate::{ParameterKind, Value};
use tiberius::Query;

/// The query with its values.
pub(super) fn bound<'a>(sql: &'a str, values: &'a [Value]) -> Query<'a> {
    let mut query = Query::new(sql);
    for value in values {
        match value {
            Value::Null(ParameterKind::Text) => query.bind(None::<&str>),
            Value::Null(ParameterKind::Integer) => query.bind(None::<i64>),
            Value::Null(ParameterKind::Number) => query.bind(None::<f64>),
            Value::Null(ParameterKind::Boolean) => query.bind(None::<bool>),
            Value::Null(ParameterKind::Date) => query.bind(None::<chrono::NaiveDate>),
            Value::Null(ParameterKind::Timestamp) => query.bind(None::<chrono::NaiveDateTime>),
            Value::Text(text) => query.bind(text.as_str()),
            Value::Integer(number) => query.bind(*number),
            Value::Number(number) => query.bind(*number),
            Value::Boolean(truth) => query.bind(*truth),
            Value::Date(date) => query.bind(*date),
            Value::Timestamp(moment) => query.bind(*moment),
        }
    }
    query
}

/// The placeholders with their types: `@P1 nvarchar(max), @P2 bigint`.
pub(super) fn declarations(values: &[Value]) -> String {
    let declared = values.iter().enumerate().map(|(number, value)| {
        let data_type = match value.kind() {
            ParameterKind::Text => "nvarchar(max)",
            ParameterKind::Integer => "bigint",
            ParameterKind::Number => "float",
            ParameterKind::Boolean => "bit",
            ParameterKind::Date => "date",
            ParameterKind::Timestamp => "datetime2",
        };
        format!("@P{} {data_type}", number + 1)
    });
    declared.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_declared_in_order() {
        let values = [Value::Text(String::new()), Value::Null(ParameterKind::Date), Value::Integer(1)];
        assert_eq!(declarations(&values), "@P1 nvarchar(max), @P2 date, @P3 bigint");
        assert_eq!(declarations(&[]), "");
    }
}
