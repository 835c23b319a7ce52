//! E-mails with their attempts (RDBM, admin).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use coffer_proto::mailer::v1::{self as contract, GetEmail, ListEmails};
use coffer_types::{EmailId, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{known, moment};
use super::{Answer, ApiError, ApiQuery, ApiUser, Slice};
use crate::app::App;
use crate::web::Id;

/// An e-mail on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Email {
    id: String,
    /// The sender's word, such as clinician_question.
    kind: String,
    /// What it is about, such as the id of a contact request.
    reference: String,
    /// accepted, claimed, handing_over, sent, deferred, refused, doubtful, stopped
    state: String,
    recipient: String,
    /// Where the safety catch sent it instead.
    diverted_to: Option<String>,
    subject: String,
    accepted_at: Option<DateTime<Utc>>,
    changed_at: Option<DateTime<Utc>>,
    next_try_at: Option<DateTime<Utc>>,
    reason: Option<String>,
    /// How often it was tried.
    attempts: u32,
}

/// An e-mail with each attempt to send it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EmailDetail {
    email: Email,
    attempts: Vec<Attempt>,
}

/// An attempt to send an e-mail.
#[derive(Debug, Serialize, ToSchema)]
struct Attempt {
    number: u32,
    at: Option<DateTime<Utc>>,
    /// sent, deferred, refused, doubtful, stopped
    outcome: String,
    /// The SMTP reply or the fault.
    detail: String,
}

/// What the list shows.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// One of the states; left out: all.
    state: Option<String>,
    /// Rows to leave out.
    offset: Option<u32>,
    /// Rows wanted; 50 where left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
}

/// A slice of the e-mails, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Emails {
    emails: Vec<Email>,
    /// How many there are in all.
    total: u32,
}

/// The e-mails (RDBM, admin).
#[utoipa::path(get, path = "/emails", tag = "e-mails", operation_id = "list_emails", params(Filter),
    responses((status = OK, body = Emails, description = "A slice of the list")))]
pub(super) async fn list(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    ApiQuery(filter): ApiQuery<Filter>,
) -> Answer<Emails> {
    user.require(&[Role::Rdbm, Role::Admin])?;
    let page = Slice { offset: filter.offset, limit: filter.limit }.page()?;
    let state = filter.state.unwrap_or_default();
    let found = app.bus.ask(&ListEmails { caller: Some(user.caller()), state, page: Some(page) }).await?;
    Ok(Json(Emails { emails: found.emails.into_iter().map(Email::from).collect(), total: found.total }))
}

/// One e-mail with its attempts (RDBM, admin).
#[utoipa::path(get, path = "/emails/{id}", tag = "e-mails", operation_id = "get_email",
    params(("id" = Uuid, Path)),
    responses((status = OK, body = EmailDetail, description = "The e-mail")))]
pub(super) async fn show(
    State(app): State<App>,
    ApiUser(user): ApiUser,
    Id(id): Id<EmailId>,
) -> Answer<EmailDetail> {
    user.require(&[Role::Rdbm, Role::Admin])?;
    let found = app.bus.ask(&GetEmail { caller: Some(user.caller()), id: id.to_string() }).await?;
    let email = found.email.ok_or_else(|| ApiError::new(StatusCode::NOT_FOUND))?;
    let attempts = found.attempts.into_iter().map(Attempt::from).collect();
    Ok(Json(EmailDetail { email: email.into(), attempts }))
}

impl From<contract::Email> for Email {
    fn from(email: contract::Email) -> Self {
        Self {
            id: email.id,
            kind: email.kind,
            reference: email.reference,
            state: email.state,
            recipient: email.recipient,
            diverted_to: known(email.diverted_to),
            subject: email.subject,
            accepted_at: moment(email.accepted_at),
            changed_at: moment(email.changed_at),
            next_try_at: moment(email.next_try_at),
            reason: known(email.reason),
            attempts: email.attempts,
        }
    }
}

impl From<contract::Attempt> for Attempt {
    fn from(attempt: contract::Attempt) -> Self {
        Self {
            number: attempt.number,
            at: moment(attempt.at),
            outcome: attempt.outcome,
            detail: attempt.detail,
        }
    }
}
