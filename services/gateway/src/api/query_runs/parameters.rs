//! Parameters of a query: an object of names with JSON scalars, or with `{"type", "value"}`.

use coffer_proto::query::v1::Parameter;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::api::{ApiError, FieldError};

/// Values by name: a string is text, a number without a fraction an integer, null a text without a value.
/// `{"type": "date", "value": "2026-11-24"}` names another type: text, integer, number, boolean, date, timestamp.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = QueryParameters, value_type = Object,
    examples(json!({"since": {"type": "date", "value": "2026-01-01"}, "most": 40})))]
pub(super) struct Parameters(Map<String, Value>);

impl Parameters {
    /// In the order of [`Self::read`].
    pub(super) fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    /// For the contract.
    pub(super) fn read(self) -> Result<Vec<Parameter>, ApiError> {
        let mut errors = Vec::new();
        let mut parameters = Vec::new();
        for (name, value) in self.0 {
            match typed(value) {
                Ok((kind, value)) => parameters.push(Parameter { name, kind, value }),
                Err(message) => errors.push(FieldError::new(field(&name), message)),
            }
        }
        if errors.is_empty() { Ok(parameters) } else { Err(ApiError::invalid(errors)) }
    }
}

/// The other service counts parameters; the caller named them.
pub(super) fn named(mut error: ApiError, names: &[String]) -> ApiError {
    for fault in &mut error.errors {
        let index = fault.field.strip_prefix("parameters[").and_then(|rest| rest.split(']').next());
        let name = index.and_then(|index| names.get(index.parse::<usize>().ok()?));
        if let Some(name) = name {
            fault.field = field(name);
        }
    }
    error
}

fn field(name: &str) -> String {
    format!("parameters.{name}")
}

fn typed(value: Value) -> Result<(String, Option<String>), &'static str> {
    match value {
        Value::Object(mut fields) => {
            let Some(Value::String(kind)) = fields.remove("type") else { return Err(FORM) };
            let value = fields.remove("value").unwrap_or_default();
            if fields.is_empty() { Ok((kind, scalar(value)?.1)) } else { Err(FORM) }
        }
        value => scalar(value).map(|(kind, value)| (kind.to_owned(), value)),
    }
}

const FORM: &str = "must be text, a number, true, false, null, or an object of `type` and `value`";

/// Type and text of a JSON scalar.
fn scalar(value: Value) -> Result<(&'static str, Option<String>), &'static str> {
    match value {
        Value::Null => Ok(("text", None)),
        Value::Bool(value) => Ok(("boolean", Some(value.to_string()))),
        Value::Number(value) if value.is_f64() => Ok(("number", Some(value.to_string()))),
        Value::Number(value) => Ok(("integer", Some(value.to_string()))),
        Value::String(value) => Ok(("text", Some(value))),
        Value::Array(_) | Value::Object(_) => Err(FORM),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(value: Value) -> Result<Vec<Parameter>, ApiError> {
        serde_json::from_value::<Parameters>(value).unwrap().read()
    }

    #[test]
    fn each_scalar_has_its_type() {
        let body = json!({
            "a": "x", "b": -7, "c": 1.5, "d": true, "e": null,
            "f": {"type": "date", "value": "2026-11-24"}, "g": {"type": "integer", "value": 3},
            "h": {"type": "timestamp", "value": null}, "i": {"type": "number"},
        });
        let read = read(body).unwrap();
        let shown: Vec<_> =
            read.iter().map(|one| (one.name.as_str(), one.kind.as_str(), one.value.as_deref())).collect();
        let expected = [
            ("a", "text", Some("x")),
            ("b", "integer", Some("-7")),
            ("c", "number", Some("1.5")),
            ("d", "boolean", Some("true")),
            ("e", "text", None),
            ("f", "date", Some("2026-11-24")),
            ("g", "integer", Some("3")),
            ("h", "timestamp", None),
            ("i", "number", None),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_is_no_scalar_names_its_parameter() {
        let wrong = json!({"a": [1], "b": {"value": 1}, "c": {"type": "text", "value": {}}, "d": 1,
            "e": {"type": "text", "value": "x", "unit": "mg"}});
        let fields: Vec<_> = read(wrong).unwrap_err().errors.into_iter().map(|error| error.field).collect();
        assert_eq!(fields, ["parameters.a", "parameters.b", "parameters.c", "parameters.e"]);
    }

    #[test]
    fn the_services_number_becomes_the_callers_name() {
        let error = |field: &str| ApiError::invalid(vec![FieldError::new(field, "m")]);
        let names = ["first".to_owned(), "second".to_owned()];
        assert_eq!(named(error("parameters[1]"), &names), error("parameters.second"));
        assert_eq!(named(error("parameters[1].value"), &names), error("parameters.second"));
        assert_eq!(named(error("parameters[7]"), &names), error("parameters[7]"));
        assert_eq!(named(error("sql"), &names), error("sql"));
    }
}
