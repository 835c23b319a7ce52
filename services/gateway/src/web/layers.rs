//! What every request passes, from the outside in.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{Response, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::IntoResponse as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::{ConfigError, CsrfLayer, ProtectionError};

use super::{Problem, errors, headers};
use crate::app::App;
use crate::{api, auth};

/// Forms are small; pasted ids raise the limit for their own route.
const BODY_LIMIT: usize = 64 * 1024;

/// May think longer than a page before they begin, such as to sort a million rows.
const UNHURRIED: [&str; 2] = ["/runs/{id}/export", "/api/v1/query-runs/{id}/export"];

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
        .layer(from_fn_with_state(timeout, hurry))
        .layer(same_site)
        .layer(from_fn_with_state(app.clone(), errors::friendly))
        .layer(from_fn_with_state(app.clone(), auth::identify_caller))
        .layer(from_fn(api::problem_details))
        .with_state(app);
    Ok(coffer_runtime::trace_http(headers::secure(layered, &settings.web.public_url)))
}

/// Gives up on an answer that has not begun in time. An answer that has begun takes as long as it takes.
async fn hurry(State(limit): State<Duration>, request: Request, next: Next) -> Response<Body> {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    if path.is_some_and(|path| UNHURRIED.contains(&path)) {
        return next.run(request).await;
    }
    let answer = tokio::time::timeout(limit, next.run(request)).await;
    answer.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
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
