//! "Not my patient": the next best clinician is asked, as long as there is one.

use coffer_types::{EmailAddress, PatientId};
use sqlx::PgConnection;

use super::asking::{self, Asking};
use super::faults::Fault;
use super::notices;
use crate::app::App;
use crate::domain::answer::{Answer, Involvement};
use crate::domain::clinician::{Clinician, pick_next_clinician};
use crate::domain::state::State;
use crate::mails::Notice;
use crate::ports::clinical_source::ClinicalRecord;
use crate::store::contact_requests::{self, RequestRow};
use crate::store::transitions::Actor;
use crate::store::{StoreError, answers, consent_modes, studies};

/// Asks the next clinician about a reassigned request, or tells the RDBM that nobody is left. The caller holds
/// the patient's lock and has refreshed the consent.
pub(super) async fn ask_next(
    app: &App,
    tx: &mut PgConnection,
    request: &RequestRow,
    patient: PatientId,
    record: Option<&ClinicalRecord>,
) -> Result<(), Fault> {
    let mode = consent_modes::current(tx, patient).await?.map(|row| row.mode()).transpose()?;
    let is_forbidden = mode.is_some_and(|mode| mode.forbids_contact());
    let asked = answers::asked_addresses(tx, &app.keyring, request.id).await?;
    let next = record.filter(|_| !is_forbidden).and_then(|record| Some((record, next(app, record, &asked)?)));
    let Some((record, (clinician, email))) = next else {
        return notices::send(tx, app, Notice::NobodyToAsk, Some(request.id)).await;
    };
    let study = studies::get(tx, request.study_id).await?.ok_or(StoreError::Unknown("study_id"))?.study();
    let asking = Asking { request, study: &study, patient: &record.patient, clinician, email: &email };
    asking::ask(app, tx, asking, involvement(request)).await?;
    contact_requests::change(tx, &app.outbox, request, State::ClinicianAsked, "", &Actor::System, app.now())
        .await?;
    notices::send(tx, app, Notice::ClinicianAnswered(Answer::NotMine), Some(request.id)).await
}

/// The next clinician whose address rules R12 and R13 permit.
fn next<'a>(
    app: &App,
    record: &'a ClinicalRecord,
    asked: &[String],
) -> Option<(&'a Clinician, EmailAddress)> {
    let mut passed = asked.to_vec();
    loop {
        let clinician = pick_next_clinician(&record.clinicians, &passed, app.now().date_naive())?;
        match clinician.email_text().parse::<EmailAddress>() {
            Ok(email) if email.is_in_permitted_domain(&app.settings.process.permitted_domains) => {
                return Some((clinician, email));
            }
            _ => passed.push(clinician.email_text().to_owned()),
        }
    }
}

/// Why a clinician is asked, as the decision found.
pub(super) fn involvement(request: &RequestRow) -> Involvement {
    let word = request.involvement.as_deref().and_then(Involvement::parse);
    word.unwrap_or(Involvement::RequestedByResearchers)
}
