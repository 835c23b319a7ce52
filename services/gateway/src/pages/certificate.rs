//! What a result is the result of.

use askama::Template;
use axum::extract::State;
use coffer_proto::query::v1::{Certificate, Run};
use coffer_types::RunId;

use super::{Answer, Layout, Shell, format, page};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::web::{Id, PageError};

#[derive(Template)]
#[template(path = "pages/certificate.html")]
struct CertificatePage {
    layout: Layout,
    run: Run,
    certificate: Certificate,
    result: String,
}

/// The certificate of a run that is done.
pub async fn show(State(app): State<App>, user: CurrentUser, shell: Shell, Id(id): Id<RunId>) -> Answer {
    let mut run = super::run::get(&app, &user, id).await?;
    let certificate = run.certificate.take().ok_or(PageError::NotFound)?;
    let title = format!("Certificate {}", format::short_id(&certificate.id));
    page(&CertificatePage { layout: shell.layout(&title), result: format!("/runs/{id}"), run, certificate })
}
