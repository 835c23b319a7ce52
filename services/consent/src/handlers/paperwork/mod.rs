//! Papers that follow from what was recorded. They are made by a consumer of our own facts, so that nobody waits
//! for typesetting, and none is lost or made twice when the service dies in between.

mod approval;
mod confirmation;
mod pack;
mod withdrawal;

use coffer_bus::{Delivery, Handler, HandlerError};
use coffer_proto::consent::v1::{ConsentModeChanged, ContactRequestChanged};
use coffer_types::{ConsentModeId, ContactRequestId, EmailAddress, PatientId};
use sqlx::PgConnection;

use super::faults::Fault;
use crate::app::App;
use crate::domain::state::State;
use crate::domain::study::Study;
use crate::store::contact_requests::{self, RequestRow};
use crate::store::snapshots::{self, Snapshot};
use crate::store::{Result as StoreResult, StoreError, patients, studies};

/// Makes the papers that a change calls for.
pub struct Paperwork {
    /// What handlers share.
    pub app: App,
}

impl Handler for Paperwork {
    async fn handle(&self, tx: &mut PgConnection, delivery: &Delivery) -> Result<(), HandlerError> {
        if let Some(fact) = delivery.decode::<ContactRequestChanged>()? {
            let id = fact.contact_request_id.parse();
            let id = id.map_err(|_| HandlerError::poison("the contact request id is not valid"))?;
            request_changed(&self.app, tx, id, &fact).await?;
        }
        if let Some(fact) = delivery.decode::<ConsentModeChanged>()? {
            let id: Result<ConsentModeId, _> = fact.consent_mode_id.parse();
            let id = id.map_err(|_| HandlerError::poison("the consent mode id is not valid"))?;
            confirmation::print(&self.app, tx, id).await?;
        }
        Ok(())
    }
}

/// Most steps need no paper; those that do are looked at again under the locks, since more may have happened.
async fn request_changed(
    app: &App,
    tx: &mut PgConnection,
    id: ContactRequestId,
    fact: &ContactRequestChanged,
) -> Result<(), Fault> {
    let step = (State::parse(&fact.from_state), State::parse(&fact.to_state));
    match step {
        (_, Some(State::AnsweredR | State::AnsweredA)) => pack::make(app, tx, id).await,
        (_, Some(State::PatientYes)) => approval::make(app, tx, id).await,
        (Some(before), Some(State::Withdrawn)) if before.is_approved() => withdrawal::make(app, tx, id).await,
        _ => Ok(()),
    }
}

/// A request with all that papers about it need, under the locks of its patient and itself.
struct Case {
    request: RequestRow,
    study: Study,
    patient: PatientId,
    snapshot: Snapshot,
}

impl Case {
    async fn lock(app: &App, tx: &mut PgConnection, id: ContactRequestId) -> StoreResult<Self> {
        let missing = StoreError::Unknown;
        let row = contact_requests::get(tx, id).await?.ok_or(missing("contact_requests.id"))?;
        let patient = row.patient_id.ok_or(missing("contact_requests.patient_id"))?;
        patients::lock_by_id(tx, patient).await?;
        let request = contact_requests::lock(tx, id).await?.ok_or(missing("contact_requests.id"))?;
        let study =
            studies::get(tx, row.study_id).await?.ok_or(missing("contact_requests.study_id"))?.study();
        let snapshot =
            snapshots::get(tx, &app.keyring, id).await?.ok_or(missing("patient_snapshots.snapshot"))?;
        Ok(Self { request, study, patient, snapshot })
    }

    /// The lead researcher's address, where rules R12 and R13 permit it.
    fn researcher(&self, app: &App) -> Option<EmailAddress> {
        let address: EmailAddress = self.study.lead_email.parse().ok()?;
        address.is_in_permitted_domain(&app.settings.process.permitted_domains).then_some(address)
    }
}
