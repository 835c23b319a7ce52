//! JSON bodies, and what is wrong with them by field.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::{ApiError, FieldError};

/// A JSON body; what cannot be read is 400 and names its field.
pub(super) struct ApiJson<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|rejection| ApiError::new(rejection.status()))?;
        read(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| unreadable(&error.path().to_string(), error.inner()))?;
    reader.end().map_err(|error| unreadable(".", &error))?;
    Ok(body)
}

fn unreadable(path: &str, error: &serde_json::Error) -> ApiError {
    if error.classify() == Category::Data {
        return fault(path, &error.to_string());
    }
    let place = format!("not valid JSON in UTF-8 at line {}, column {}", error.line(), error.column());
    ApiError { detail: Some(format!("The body is {place}.")), ..mistake(path, place) }
}

/// The answer to a value that does not have the shape of its field.
///
/// Serde's own texts repeat the value, which may be an NHS number: only what was expected is taken over.
pub(super) fn fault(path: &str, text: &str) -> ApiError {
    let text = text.split(" at line ").next().unwrap_or_default();
    let known = [("missing field `", "is missing"), ("duplicate field `", "is given twice")];
    for (start, message) in known {
        if let Some(name) = text.strip_prefix(start) {
            return mistake(&inside(path, name.trim_end_matches('`')), message);
        }
    }
    match text.rsplit_once(", expected ") {
        Some((found, wanted)) if found.starts_with("unknown field ") => {
            mistake(path, format!("there is no such field; expected {wanted}"))
        }
        Some((_, wanted)) => mistake(path, format!("expected {}", plain(wanted))),
        None => mistake(path, "this value cannot be used here"),
    }
}

fn mistake(path: &str, message: impl Into<String>) -> ApiError {
    let field = if path == "." { "" } else { path };
    ApiError::unreadable(vec![FieldError::new(field, message)])
}

fn inside(path: &str, name: &str) -> String {
    if path == "." { name.to_owned() } else { format!("{path}.{name}") }
}

/// Rust's names of types in plain words.
fn plain(wanted: &str) -> &str {
    match wanted {
        "a sequence" => "a list",
        "u32" => "a whole number, 0 or more",
        wanted => wanted,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, expecting = "an object")]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Body {
        study_id: String,
        limit: Option<u32>,
        #[serde(default)]
        patients: Vec<Patient>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, expecting = "an object")]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Patient {
        rid: Option<String>,
    }

    #[rstest]
    #[case(
        br#"{"study_id":"s","patients":[{"rid":"a"},{"rid":9434765919}]}"#,
        "patients[1].rid",
        "expected a string"
    )]
    #[case(
        br#"{"study_id":"s","patients":[{"nhs":"1"}]}"#,
        "patients[0].nhs",
        "there is no such field; expected `rid`"
    )]
    #[case(br#"{"study_id":"s","patients":{"rid":"a"}}"#, "patients", "expected a list")]
    #[case(br#"{"study_id":"s","patients":["a"]}"#, "patients[0]", "expected an object")]
    #[case(br#"{"study_id":"s","limit":-1}"#, "limit", "expected a whole number, 0 or more")]
    #[case(br#"{"patients":[]}"#, "study_id", "is missing")]
    #[case(br#"{"study_id":"s","study_id":"t"}"#, "study_id", "is given twice")]
    #[case(b"[1]", "[0]", "expected a string")]
    #[case(b"7", "", "expected an object")]
    #[case(b"{\"study_id\":\"\xff\xfe\"}", "study_id", "not valid JSON in UTF-8 at line 1, column 14")]
    #[case(br#"{"study_id":"s"} {}"#, "", "not valid JSON in UTF-8 at line 1, column 18")]
    #[case(b"", "", "not valid JSON in UTF-8 at line 1, column 0")]
    fn each_fault_names_its_field_and_repeats_no_value(
        #[case] body: &[u8],
        #[case] field: &str,
        #[case] message: &str,
    ) {
        let error = read::<Body>(body).unwrap_err();
        assert_eq!(error.status, StatusCode::BAD_REQUEST);
        assert_eq!(error.errors, [FieldError::new(field, message)]);
    }

    #[test]
    fn only_json_is_json() {
        let is_json =
            |kind: &'static str| is_json(&HeaderMap::from_iter([(CONTENT_TYPE, kind.parse().unwrap())]));
        assert!(is_json("application/json") && is_json("Application/JSON; charset=utf-8"));
        assert!(!is_json("text/plain") && !is_json("application/jsonl"));
    }
}
