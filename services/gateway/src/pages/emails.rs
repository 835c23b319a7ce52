//! E-mails with their attempts.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Redirect};
use coffer_proto::mailer::v1::{Attempt, Email, GetEmail, ListEmails, ResendEmail};
use coffer_types::{EmailId, Role};
use serde::Deserialize;

use super::paging::{Paging, slice};
use super::{Answer, Layout, Shell, format, page, words};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::web::{Id, PageError};

#[derive(Template)]
#[template(path = "pages/emails.html")]
struct EmailsPage {
    layout: Layout,
    filter: Filter,
    emails: Vec<Email>,
    total: u32,
    paging: Paging,
}

#[derive(Template)]
#[template(path = "pages/email.html")]
struct EmailPage {
    layout: Layout,
    email: Email,
    attempts: Vec<Attempt>,
    may_resend: bool,
}

/// What the list shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    state: String,
    page: Option<u32>,
}

/// The list, newest first.
pub async fn list(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(filter): Query<Filter>,
) -> Answer {
    user.require(&[Role::Rdbm, Role::Admin])?;
    let slice = slice(filter.page);
    let question = ListEmails { caller: Some(user.caller()), state: filter.state.clone(), page: Some(slice) };
    let found = app.bus.ask(&question).await?;
    page(&EmailsPage {
        layout: shell.layout("E-mails"),
        emails: found.emails,
        total: found.total,
        paging: Paging::new("/emails", &[("state", &filter.state)], slice, found.total),
        filter,
    })
}

/// One e-mail.
pub async fn show(State(app): State<App>, user: CurrentUser, shell: Shell, Id(id): Id<EmailId>) -> Answer {
    user.require(&[Role::Rdbm, Role::Admin])?;
    let detail = app.bus.ask(&GetEmail { caller: Some(user.caller()), id: id.to_string() }).await?;
    let email = detail.email.ok_or(PageError::NotFound)?;
    page(&EmailPage {
        layout: shell.layout("E-mail"),
        may_resend: matches!(email.state.as_str(), "refused" | "doubtful"),
        attempts: detail.attempts,
        email,
    })
}

/// A person decides that it shall be sent again.
pub async fn resend(State(app): State<App>, user: CurrentUser, Id(id): Id<EmailId>) -> Answer {
    user.require(&[Role::Rdbm, Role::Admin])?;
    app.bus.ask(&ResendEmail { caller: Some(user.caller()), id: id.to_string() }).await?;
    app.audit(Some(user.id), "resend_email", &id.to_string()).await?;
    Ok(Redirect::to(&format!("/emails/{id}")).into_response())
}
