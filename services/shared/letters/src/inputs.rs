//! Hands a letter's data to its template as values: text stays text, whatever it holds.

use serde_json::Value as Json;
use typst::foundations::{Dict, IntoValue, Value};
use typst::text::Coverage;

use crate::legible::legible;

/// A JSON value as a typst value, with every text made printable.
pub(crate) fn value(json: Json, printable: &Coverage) -> Value {
    match json {
        Json::Null => Value::None,
        Json::Bool(truth) => truth.into_value(),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.into_value(),
            None => number.as_f64().unwrap_or_default().into_value(),
        },
        Json::String(text) => legible(&text, printable).into_value(),
        Json::Array(items) => Value::Array(items.into_iter().map(|item| value(item, printable)).collect()),
        Json::Object(fields) => fields
            .into_iter()
            .map(|(key, field)| (key.into(), value(field, printable)))
            .collect::<Dict>()
            .into_value(),
    }
}
