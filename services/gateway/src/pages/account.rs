//! One's own sessions and tokens.

use askama::Template;
use axum::Extension;
use axum::extract::{Form, State};
use axum::response::{IntoResponse as _, Redirect};
use serde::Deserialize;
use uuid::Uuid;

use super::{Answer, Layout, Shell, form_again, format, page};
use crate::app::App;
use crate::auth::{CurrentUser, SecretToken, SessionId};
use crate::store::api_tokens::ApiToken;
use crate::store::sessions::{Limits, Session};
use crate::store::{api_tokens, sessions};
use crate::web::{FormErrors, Id, PageError};

#[derive(Template)]
#[template(path = "pages/account.html")]
struct AccountPage {
    layout: Layout,
    errors: FormErrors,
    user: CurrentUser,
    sessions: Vec<Session>,
    current: Option<Uuid>,
    tokens: Vec<ApiToken>,
    /// Shown once, right after it was made.
    new_token: Option<String>,
}

/// What a new token is for.
#[derive(Deserialize)]
pub struct NewToken {
    name: String,
}

/// Sessions and tokens.
pub async fn show(
    State(app): State<App>,
    user: CurrentUser,
    session: Option<Extension<SessionId>>,
    shell: Shell,
) -> Answer {
    page(&account(&app, user, session, &shell).await?)
}

/// Ends one session.
pub async fn end_session(State(app): State<App>, user: CurrentUser, Id(id): Id<Uuid>) -> Answer {
    sessions::end(&app.pool, user.id, id).await?;
    app.audit(Some(user.id), "end_session", &id.to_string()).await?;
    Ok(Redirect::to("/account").into_response())
}

/// Ends all sessions, this one too.
pub async fn sign_out_everywhere(State(app): State<App>, user: CurrentUser) -> Answer {
    sessions::end_all(&app.pool, user.id).await?;
    app.audit(Some(user.id), "sign_out_everywhere", "").await?;
    Ok(Redirect::to("/sign-in").into_response())
}

/// Makes a token and shows it, this once.
pub async fn add_token(
    State(app): State<App>,
    user: CurrentUser,
    session: Option<Extension<SessionId>>,
    shell: Shell,
    Form(form): Form<NewToken>,
) -> Answer {
    let name = form.name.trim();
    if !(1..=80).contains(&name.chars().count()) {
        let errors = FormErrors::new("name", "Enter what the token is for, in at most 80 characters");
        return form_again(&AccountPage { errors, ..account(&app, user, session, &shell).await? });
    }
    let token = SecretToken::generate();
    api_tokens::add(&app.pool, &token.hash(), user.id, name, app.clock.now()).await?;
    app.audit(Some(user.id), "add_api_token", "").await?;
    let new_token = Some(token.expose().to_owned());
    page(&AccountPage { new_token, ..account(&app, user, session, &shell).await? })
}

/// Revokes a token.
pub async fn revoke_token(State(app): State<App>, user: CurrentUser, Id(id): Id<Uuid>) -> Answer {
    api_tokens::revoke(&app.pool, user.id, id).await?;
    app.audit(Some(user.id), "revoke_api_token", &id.to_string()).await?;
    Ok(Redirect::to("/account").into_response())
}

async fn account(
    app: &App,
    user: CurrentUser,
    session: Option<Extension<SessionId>>,
    shell: &Shell,
) -> Result<AccountPage, PageError> {
    let limits = Limits::at(app.clock.now(), app.settings.sessions);
    Ok(AccountPage {
        layout: shell.layout("Your account"),
        errors: FormErrors::default(),
        sessions: sessions::list(&app.pool, user.id, limits).await?,
        current: session.map(|Extension(SessionId(id))| id),
        tokens: api_tokens::list(&app.pool, user.id).await?,
        new_token: None,
        user,
    })
}
