//! The JSON API below `/api/v1`: the same questions as the pages ask, for programs.
//!
//! Handlers parse, ask, answer. Every error becomes problem details in one place, [`problem_details`].

mod body;
mod consent_modes;
mod contact_requests;
mod databases;
mod emails;
mod error;
mod evidence;
mod idempotency;
mod letters;
mod openapi;
mod patients;
mod problem;
mod query;
mod query_runs;
mod studies;
mod user;
mod values;

pub use openapi::document;
pub use problem::problem_details;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use body::ApiJson;
use error::{ApiError, FieldError};
use idempotency::idempotency_key;
use query::{ApiQuery, Slice};
use user::ApiUser;

/// What a handler of the API gives.
type Answer<T> = Result<axum::Json<T>, ApiError>;

/// Room for a list of patients far beyond what one submission may name, so that it is told its length.
const PATIENTS_LIMIT: usize = 2 * 1024 * 1024;

/// Room for a query with a long list of values; the bus carries no more than a megabyte.
const QUERY_LIMIT: usize = 768 * 1024;

/// All routes of the API, with the document that describes them.
pub fn routes() -> Router<App> {
    let (routes, described) = described().split_for_parts();
    let document = openapi::serve(&openapi::complete(described));
    routes.route("/api/openapi.json", get(async move || document))
}

/// Routes and their description: one macro makes both, so neither has what the other lacks.
fn described() -> OpenApiRouter<App> {
    let submissions = OpenApiRouter::new()
        .routes(routes!(contact_requests::list, contact_requests::submit))
        .layer(DefaultBodyLimit::max(PATIENTS_LIMIT));
    let queries = OpenApiRouter::new()
        .routes(routes!(query_runs::list, query_runs::submit))
        .layer(DefaultBodyLimit::max(QUERY_LIMIT));
    let v1 = OpenApiRouter::new()
        .routes(routes!(studies::list))
        .merge(submissions)
        .routes(routes!(contact_requests::show))
        .routes(routes!(contact_requests::respond))
        .routes(routes!(consent_modes::add))
        .routes(routes!(consent_modes::show))
        .routes(routes!(letters::list))
        .routes(routes!(letters::open))
        .routes(routes!(letters::mark))
        .routes(routes!(emails::list))
        .routes(routes!(emails::show))
        .routes(routes!(databases::list))
        .merge(queries)
        .routes(routes!(query_runs::show, query_runs::cancel))
        .routes(routes!(query_runs::rows::list))
        .routes(routes!(query_runs::export::file))
        .routes(routes!(query_runs::events::follow));
    openapi::start().nest("/api/v1", v1)
}
