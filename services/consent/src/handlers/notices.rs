//! E-mails to the manager of the research database.

use coffer_proto::mailer::v1::SendEmail;
use coffer_types::{ContactRequestId, EmailAddress};
use sqlx::PgConnection;

use super::faults::Fault;
use crate::app::App;
pub use crate::mails::Notice;
use crate::mails::{self, RdbmNotice, request_code};
use crate::store::mails::{About, Recipient};
use crate::store::{StoreError, contact_requests, mails as stored_mails};

/// Tells the RDBM something, about a request if there is one.
pub async fn send(
    tx: &mut PgConnection,
    app: &App,
    notice: Notice,
    request: Option<ContactRequestId>,
) -> Result<(), Fault> {
    let study = match request {
        Some(id) => contact_requests::get(tx, id).await?.map(|row| row.study_title).unwrap_or_default(),
        None => String::new(),
    };
    let mail = compose(app, notice, &study, request)?;
    let about = About { recipient: Recipient::Rdbm, contact_request: request, letter: None };
    stored_mails::send(tx, &app.outbox, &mail, about, app.now()).await?;
    Ok(())
}

fn compose(
    app: &App,
    notice: Notice,
    study: &str,
    request: Option<ContactRequestId>,
) -> Result<SendEmail, Fault> {
    let process = &app.settings.process;
    let code = request.map(request_code).unwrap_or_default();
    let id = request.map(|id| id.to_string()).unwrap_or_default();
    let house = app.mail_house();
    let notice = RdbmNotice::new(&house, notice, &process.public_url, study, &code, &id);
    let to: EmailAddress =
        process.rdbm_email.parse().map_err(|_| StoreError::Unknown("process.rdbm_email"))?;
    Ok(mails::compose(&notice)?.to(&to, "Research database manager", request))
}
