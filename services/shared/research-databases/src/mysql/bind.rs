//! Values for the placeholders.

use chrono::{NaiveDate, NaiveDateTime};
use coffer_query_gate::{ParameterKind, Value};
use sqlx::Arguments as _;
use sqlx::error::BoxDynError;
use sqlx::mysql::MySqlArguments;

/// Values in the server's form.
pub(super) fn arguments(values: &[Value]) -> Result<MySqlArguments, BoxDynError> {
    let mut arguments = MySqlArguments::default();
    for value in values {
        match value {
            Value::Null(ParameterKind::Text) => arguments.add(None::<String>),
            Value::Null(ParameterKind::Integer) => arguments.add(None::<i64>),
            Value::Null(ParameterKind::Number) => arguments.add(None::<f64>),
            Value::Null(ParameterKind::Boolean) => arguments.add(None::<bool>),
            Value::Null(ParameterKind::Date) => arguments.add(None::<NaiveDate>),
            Value::Null(ParameterKind::Timestamp) => arguments.add(None::<NaiveDateTime>),
            Value::Text(text) => arguments.add(text.clone()),
            Value::Integer(number) => arguments.add(*number),
            Value::Number(number) => arguments.add(*number),
            Value::Boolean(truth) => arguments.add(*truth),
            Value::Date(date) => arguments.add(*date),
            Value::Timestamp(moment) => arguments.add(*moment),
        }?;
    }
    Ok(arguments)
}
