//! The sink's mailbox over HTTP: a page for people, JSON for programs.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};

use crate::mailbox_page;
use crate::smtp::{Inbox, SinkMessage, SinkRule, SmtpSink};

/// What the handlers share.
#[derive(Clone)]
struct Mailbox {
    inbox: Inbox,
    script: crate::smtp::Script,
}

/// The routes of a sink's mailbox:
///
/// - `GET /` and `GET /messages/{n}`: pages;
/// - `GET /api/messages`: all messages, oldest first; `DELETE` empties the mailbox;
/// - `POST /api/rules`: a [`SinkRule`], such as `{"verb": "rcpt", "action": {"reply": 451}, "times": 2}`; `DELETE` drops
///   all rules.
pub fn mailbox(sink: &SmtpSink) -> Router {
    Router::new()
        .route("/", get(list))
        .route("/messages/{number}", get(message))
        .route("/messages/{number}/html", get(html))
        .route("/messages/{number}/attachments/{place}", get(attachment))
        .route("/api/messages", get(messages).delete(clear))
        .route("/api/rules", post(add_rule).delete(clear_rules))
        .with_state(Mailbox { inbox: sink.inbox.clone(), script: sink.script() })
}

async fn list(State(mailbox): State<Mailbox>) -> Html<String> {
    Html(mailbox_page::list(&mailbox.inbox.messages()))
}

async fn message(
    State(mailbox): State<Mailbox>,
    Path(number): Path<usize>,
) -> Result<Html<String>, StatusCode> {
    Ok(Html(mailbox_page::message(number, &find(&mailbox, number)?)))
}

/// Strangers' HTML: without scripts, without anything from outside, and links open elsewhere.
async fn html(State(mailbox): State<Mailbox>, Path(number): Path<usize>) -> Result<Response, StatusCode> {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                  sandbox allow-popups allow-popups-to-escape-sandbox";
    let body = format!("<base target=\"_blank\">{}", find(&mailbox, number)?.html);
    Ok(([(CONTENT_SECURITY_POLICY, policy)], Html(body)).into_response())
}

async fn attachment(
    State(mailbox): State<Mailbox>,
    Path((number, place)): Path<(usize, usize)>,
) -> Result<Response, StatusCode> {
    let message = find(&mailbox, number)?;
    let attachment = message.attachments.into_iter().nth(place).ok_or(StatusCode::NOT_FOUND)?;
    let name: String = attachment.name.chars().filter(|c| c.is_ascii() && !matches!(c, '"' | '\\')).collect();
    let headers = [
        (CONTENT_TYPE, attachment.content_type),
        (CONTENT_DISPOSITION, format!("inline; filename=\"{name}\"")),
    ];
    Ok((headers, attachment.bytes).into_response())
}

async fn messages(State(mailbox): State<Mailbox>) -> Json<Vec<SinkMessage>> {
    Json(mailbox.inbox.messages())
}

async fn clear(State(mailbox): State<Mailbox>) -> StatusCode {
    match mailbox.inbox.clear() {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn add_rule(State(mailbox): State<Mailbox>, Json(rule): Json<SinkRule>) -> StatusCode {
    mailbox.script.add(rule);
    StatusCode::NO_CONTENT
}

async fn clear_rules(State(mailbox): State<Mailbox>) -> StatusCode {
    mailbox.script.clear();
    StatusCode::NO_CONTENT
}

/// Messages are numbered from 1, oldest first.
fn find(mailbox: &Mailbox, number: usize) -> Result<SinkMessage, StatusCode> {
    let place = number.checked_sub(1).ok_or(StatusCode::NOT_FOUND)?;
    mailbox.inbox.messages().into_iter().nth(place).ok_or(StatusCode::NOT_FOUND)
}
