//! What every request passes, from the outside in.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::http::{Response, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};
use tower_http::timeout::TimeoutLayer;

use super::{Problem, errors, headers};
use crate::app::App;
use crate::{api, auth};

/// Forms are small; pasted ids raise the limit for their own route.
const BODY_LIMIT: usize = 64 * 1024;

/// Puts all layers around the routes: traces and headers outermost, so that refusals have them too.
pub fn apply(routes: Router<App>, app: App) -> Result<Router, ConfigError> {
    let settings = app.settings.clone();
    let timeout = Duration::from_secs(settings.web.timeout_seconds);
    let same_site = CsrfLayer::new()
        .add_trusted_origin(settings.web.public_url.as_str())?
        .with_rejection_response(cross_site);
    let layered = routes
        .layer(CatchPanicLayer::new())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, timeout))
        .layer(same_site)
        .layer(from_fn_with_state(app.clone(), errors::friendly))
        .layer(from_fn_with_state(app.clone(), auth::identify_caller))
        .layer(from_fn(api::problem_details))
        .with_state(app);
    Ok(coffer_runtime::trace_http(headers::secure(layered, &settings.web.public_url)))
}

/// A form that was not sent from one of our own pages.
fn cross_site(_: ProtectionError) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
        .extensions_mut()
        .insert(Problem("This was sent from another site, so it was not accepted.".to_owned()));
    response
}
