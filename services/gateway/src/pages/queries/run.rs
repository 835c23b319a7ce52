//! Sends a query on its way, from whichever page.

use axum::response::{IntoResponse as _, Redirect, Response};
use coffer_bus::AskError;
use coffer_proto::query::v1::SubmitRun;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::query_form::{Field, field_of};
use crate::web::{FormErrors, PageError};

/// What to run.
pub(super) struct Wanted<'a> {
    pub(super) database: &'a str,
    pub(super) sql: &'a str,
    pub(super) fields: &'a [Field],
    /// rows, count or explain
    pub(super) kind: &'a str,
    /// The saved query that this is, unchanged.
    pub(super) saved_query_id: String,
    /// Also where a stored result would answer.
    pub(super) again: bool,
    /// Random, of the form: a second click runs nothing twice.
    pub(super) key: &'a str,
}

/// Queues a run and shows it; else what is wrong with the form.
pub(super) async fn submit(
    app: &App,
    user: &CurrentUser,
    wanted: &Wanted<'_>,
) -> Result<Result<Response, FormErrors>, PageError> {
    let question = SubmitRun {
        caller: Some(user.caller()),
        database: wanted.database.to_owned(),
        sql: wanted.sql.to_owned(),
        parameters: wanted.fields.iter().map(Field::parameter).collect(),
        kind: wanted.kind.to_owned(),
        saved_query_id: wanted.saved_query_id.clone(),
        accept_stored: wanted.kind == "rows" && !wanted.again,
        idempotency_key: wanted.submission(),
    };
    match app.bus.ask(&question).await {
        Ok(run) => {
            let stored = if run.state == "done" { "?stored=1" } else { "" };
            Ok(Ok(Redirect::to(&format!("/runs/{}{stored}", run.id)).into_response()))
        }
        Err(error) => Ok(Err(errors(error, wanted.fields)?)),
    }
}

impl Wanted<'_> {
    /// Somebody may go back, change the query and send the same form: that is another submission.
    fn submission(&self) -> String {
        let mut hash = Sha256::new();
        let again = if self.again { "again" } else { "" };
        for part in [self.key, self.database, self.kind, again, self.sql] {
            hash.update(part);
            hash.update([0]);
        }
        for field in self.fields {
            hash.update(format!("{}\0{}\0{}\0", field.name, field.kind, field.value));
        }
        hex::encode(hash.finalize())
    }
}

/// A refusal beside the field that it means; other failures are not the form's.
pub(super) fn errors(error: AskError, fields: &[Field]) -> Result<FormErrors, PageError> {
    let AskError::Refused(mut refusal) = error else { return Err(error.into()) };
    refusal.field = field_of(&refusal.field, fields);
    FormErrors::from_refusal(AskError::Refused(refusal))
}
