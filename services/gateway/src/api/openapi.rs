//! The OpenAPI document: what the handlers describe, and what holds for all of them.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, PathItem, Ref, Response, ResponseBuilder};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;

use super::problem::{PROBLEM_JSON, ProblemDetails, sentence};
use super::query_runs::events::{QueryRunEvent, QueryRunProgress};
use super::{FieldError, described, query_runs};
use crate::app::App;

/// What any call may answer.
const ALWAYS: [StatusCode; 4] = [
    StatusCode::UNAUTHORIZED,
    StatusCode::FORBIDDEN,
    StatusCode::INTERNAL_SERVER_ERROR,
    StatusCode::SERVICE_UNAVAILABLE,
];
/// What a call with a body may answer besides.
const WITH_BODY: [StatusCode; 6] = [
    StatusCode::BAD_REQUEST,
    StatusCode::NOT_FOUND,
    StatusCode::CONFLICT,
    StatusCode::PAYLOAD_TOO_LARGE,
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    StatusCode::UNPROCESSABLE_ENTITY,
];
/// What a call about something named in its path may answer besides.
const WITH_PATH: [StatusCode; 2] = [StatusCode::NOT_FOUND, StatusCode::UNPROCESSABLE_ENTITY];
/// What a call about one query run may answer besides: it has not ended yet, has ended, or its result is gone.
const WITH_RUN: [StatusCode; 1] = [StatusCode::CONFLICT];
/// What a call with a filter may answer besides.
const WITH_QUERY: [StatusCode; 2] = [StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Coffer",
        version = "1",
        description = "Consent to contact and research queries, for programs. Send an API token as bearer token; a browser's session \
            works too. Errors are problem details (RFC 9457). Times are RFC 3339 in UTC.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemDetails, FieldError, QueryRunEvent, QueryRunProgress)),
    modifiers(&BearerToken),
    security(("bearer" = []))
)]
struct Document;

struct BearerToken;

impl Modify for BearerToken {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    }
}

/// The document of all routes.
pub fn document() -> utoipa::openapi::OpenApi {
    complete(described().into_openapi())
}

/// A router that begins with what no handler says.
pub(super) fn start() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
}

/// The answer to `/api/openapi.json`, written once.
pub(super) fn serve(document: &utoipa::openapi::OpenApi) -> impl IntoResponse + Clone + use<> {
    // The document is plain data, so it always has a JSON form.
    let json = serde_json::to_string(document).unwrap_or_default();
    ([(CONTENT_TYPE, "application/json")], json)
}

/// Adds the problems that each operation may answer with.
pub(super) fn complete(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let components = document.components.get_or_insert_default();
    for status in ALWAYS.iter().chain(&WITH_BODY) {
        components.responses.insert(name(*status), problem(*status).into());
    }
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        for status in problems_of(operation) {
            let reference = Ref::from_response_name(name(status));
            operation.responses.responses.insert(status.as_u16().to_string(), reference.into());
        }
    }
    document
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut path.get, &mut path.post, &mut path.put, &mut path.patch, &mut path.delete].into_iter().flatten()
}

fn problems_of(operation: &Operation) -> Vec<StatusCode> {
    let has = |place: &ParameterIn| {
        operation.parameters.iter().flatten().any(|parameter| parameter.parameter_in == *place)
    };
    let mut problems = ALWAYS.to_vec();
    problems.extend(operation.request_body.iter().flat_map(|_| WITH_BODY));
    problems.extend(has(&ParameterIn::Path).then_some(WITH_PATH).into_iter().flatten());
    let about_run =
        operation.tags.iter().flatten().any(|tag| tag == query_runs::TAG) && has(&ParameterIn::Path);
    problems.extend(about_run.then_some(WITH_RUN).into_iter().flatten());
    problems.extend(has(&ParameterIn::Query).then_some(WITH_QUERY).into_iter().flatten());
    problems
}

/// `NotFound`.
fn name(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or_default().split(' ').collect()
}

fn problem(status: StatusCode) -> Response {
    let schema = Ref::from_schema_name("ProblemDetails");
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(sentence(status)).content(PROBLEM_JSON, content).build()
}
