//! Signing in and out.

use std::net::SocketAddr;

use askama::Template;
use axum::Extension;
use axum::extract::{ConnectInfo, Form, Query, State};
use axum::http::header::USER_AGENT;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Redirect};
use axum_extra::extract::CookieJar;
use serde::Deserialize;

use super::{Answer, Layout, Shell, page};
use crate::app::App;
use crate::auth::{CurrentUser, SecretToken, TokenHash};
use crate::domain::local_path::LocalPath;
use crate::domain::network::{last_forwarded, network};
use crate::store::sign_in_buckets::Key;
use crate::store::{sessions, sign_in_buckets, users};
use crate::web::{FormErrors, PageError};

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
struct SignInPage {
    layout: Layout,
    errors: FormErrors,
    username: String,
    next: String,
}

/// Where to go afterwards.
#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

/// What a person types.
#[derive(Deserialize)]
pub struct SignIn {
    username: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// The same words for a wrong name and a wrong password.
const WRONG: &str = "The username or the password is wrong";
const THROTTLED: &str = "There were too many attempts. Wait a minute, then try again";

/// The form.
pub async fn show(shell: Shell, Query(Next { next }): Query<Next>) -> Answer {
    let next = LocalPath::or_home(&next).as_str().to_owned();
    page(&SignInPage {
        layout: shell.layout("Sign in"),
        errors: FormErrors::default(),
        username: String::new(),
        next,
    })
}

/// Checks the password and starts a session under a new token.
pub async fn submit(
    State(app): State<App>,
    shell: Shell,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    jar: CookieJar,
    Form(form): Form<SignIn>,
) -> Answer {
    let again = |status: StatusCode, message: &str| {
        let next = LocalPath::or_home(&form.next).as_str().to_owned();
        let errors = FormErrors::new("username", message);
        let answer = page(&SignInPage {
            layout: shell.layout("Sign in"),
            errors,
            username: form.username.clone(),
            next,
        });
        Ok((status, answer?).into_response())
    };
    let buckets = buckets(&app, &form.username, peer, &headers);
    if !sign_in_buckets::take(&app.pool, &buckets, app.clock.now()).await? {
        app.audit(None, "sign_in_throttled", "").await?;
        return again(StatusCode::TOO_MANY_REQUESTS, THROTTLED);
    }
    let found = users::find(&app.pool, form.username.trim()).await?;
    let stored = found.as_ref().map(|found| found.password_hash.as_str());
    let right = app.passwords.verify(form.password.clone(), stored).await;
    let Some(user) = found.map(|found| found.user).filter(|_| right) else {
        app.audit(None, "sign_in_failed", "").await?;
        return again(StatusCode::UNPROCESSABLE_ENTITY, WRONG);
    };
    sign_in_buckets::give_back(&app.pool, &buckets, app.clock.now()).await?;
    let jar = start_session(&app, &user, &headers, jar).await?;
    Ok((jar, Redirect::to(LocalPath::or_home(&form.next).as_str())).into_response())
}

/// Ends the session.
pub async fn sign_out(
    State(app): State<App>,
    user: Option<Extension<CurrentUser>>,
    jar: CookieJar,
) -> Answer {
    let cookies = app.cookies();
    if let Some(cookie) = jar.get(cookies.session) {
        sessions::end_by_token(&app.pool, &TokenHash::of(cookie.value())).await?;
        app.audit(user.map(|user| user.id), "sign_out", "").await?;
    }
    Ok((jar.add(cookies.no_session()), Redirect::to("/sign-in")).into_response())
}

async fn start_session(
    app: &App,
    user: &CurrentUser,
    headers: &HeaderMap,
    jar: CookieJar,
) -> Result<CookieJar, PageError> {
    let cookies = app.cookies();
    if let Some(old) = jar.get(cookies.session) {
        sessions::end_by_token(&app.pool, &TokenHash::of(old.value())).await?;
    }
    let token = SecretToken::generate();
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let agent: String = agent.chars().take(200).collect();
    sessions::start(&app.pool, &token.hash(), user.id, &agent, app.clock.now()).await?;
    app.audit(Some(user.id), "sign_in", "").await?;
    Ok(jar.add(cookies.session(token.expose().to_owned())))
}

/// The buckets of the account and of the network that the attempt comes from.
fn buckets(app: &App, username: &str, peer: SocketAddr, headers: &HeaderMap) -> [Key; 2] {
    let forwarded = || last_forwarded(headers.get("x-forwarded-for")?.to_str().ok()?);
    let address = app.settings.web.behind_proxy.then(forwarded).flatten().unwrap_or(peer.ip());
    let account = app.keyring.blind_index("sign-in account", &username.trim().to_lowercase());
    let network = app.keyring.blind_index("sign-in network", &network(address).to_string());
    let rules = app.settings.sign_in;
    [Key { key: account, rule: rules.account }, Key { key: network, rule: rules.network }]
}
