//! Rule R16, after the decision: the clinician has answered already, and gets a confirmation with the pack's link.

use coffer_types::EmailAddress;
use sqlx::PgConnection;

use super::asking::{self, Asking};
use super::faults::Fault;
use crate::app::App;
use crate::domain::answer::{Answer, Preset};
use crate::domain::clinician::{Clinician, ClinicianKind};
use crate::domain::patient::Patient;
use crate::domain::study::Study;
use crate::store::answers::{self, NewAnswer};
use crate::store::contact_requests::{self, Initiator, RequestRow};
use crate::store::{StoreError, charity};

/// Keeps the answer that was given by asking, and confirms it.
pub(super) async fn confirm(
    app: &App,
    tx: &mut PgConnection,
    request: &RequestRow,
    (study, patient): (&Study, &Patient),
    preset: Preset,
    email: &EmailAddress,
) -> Result<(), Fault> {
    let (_, initiator) = contact_requests::initiator(tx, &app.keyring, request.id)
        .await?
        .ok_or(StoreError::Unknown("contact_requests.initiator"))?;
    let clinician = clinician(app, &initiator);
    let asking = Asking { request, study, patient, clinician: &clinician, email };
    let question = asking::confirm(app, tx, asking, preset == Preset::PassToRdbm).await?;
    let answer = NewAnswer { answer: Answer::from(preset), reason: "", name: &initiator.name };
    answers::keep(tx, &app.keyring, question, &answer, app.now()).await?;
    charity::accrue(tx, request.id, app.settings.process.charity_pence, app.now()).await?;
    Ok(())
}

/// The initiator as the clinician who signs.
fn clinician(app: &App, initiator: &Initiator) -> Clinician {
    Clinician {
        kind: ClinicianKind::Professional,
        title: String::new(),
        first_name: String::new(),
        last_name: initiator.name.clone(),
        email: Some(initiator.email.to_string()),
        signatory_title: String::new(),
        is_consultant: false,
        started_on: app.now().date_naive(),
        ended_on: None,
        address: Vec::new(),
    }
}
