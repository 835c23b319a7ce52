//! Finds the user of each request once, before any handler runs.

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum_extra::extract::CookieJar;
use uuid::Uuid;

use super::{CurrentUser, TokenHash};
use crate::app::App;
use crate::store::sessions::Limits;
use crate::store::{api_tokens, sessions};
use crate::web::{PageError, wants_events};

/// The session of a request that came with a cookie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionId(pub Uuid);

/// Middleware: puts [`CurrentUser`] (and [`SessionId`]) into the request, if it is anybody's.
pub async fn identify_caller(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match identify(&app, request.headers()).await {
        Ok(Some((session, user))) => {
            request.extensions_mut().insert(user);
            if let Some(session) = session {
                request.extensions_mut().insert(session);
            }
        }
        Ok(None) => {}
        Err(error) => return PageError::from(error).into_response(),
    }
    next.run(request).await
}

/// The user of a request with these headers, if it is anybody's.
pub async fn user_of(app: &App, headers: &HeaderMap) -> sqlx::Result<Option<CurrentUser>> {
    Ok(identify(app, headers).await?.map(|(_, user)| user))
}

async fn identify(app: &App, headers: &HeaderMap) -> sqlx::Result<Option<(Option<SessionId>, CurrentUser)>> {
    let now = app.clock.now();
    if let Some(token) = bearer(headers) {
        let user = api_tokens::find(&app.pool, &TokenHash::of(token), now).await?;
        return Ok(user.map(|user| (None, user)));
    }
    let jar = CookieJar::from_headers(headers);
    let Some(cookie) = jar.get(app.cookies().session) else { return Ok(None) };
    let limits = Limits::at(now, app.settings.sessions);
    // A page that only waits for events does not keep its session alive.
    let seen = (!wants_events(headers)).then_some(now);
    let found = sessions::find(&app.pool, &TokenHash::of(cookie.value()), limits, seen).await?;
    Ok(found.map(|(id, user)| (Some(SessionId(id)), user)))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}
