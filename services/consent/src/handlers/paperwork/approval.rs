//! The approval after a patient's yes: the last look at the consent before the researchers learn who it is.

use coffer_letters::Basis;
use coffer_types::ContactRequestId;
use sqlx::PgConnection;

use super::Case;
use crate::app::App;
use crate::domain::state::State;
use crate::handlers::approval::{Approving, approve};
use crate::handlers::faults::Fault;
use crate::handlers::yes_after_no;
use crate::store::contact_requests::{self, RequestRow};
use crate::store::transitions::Actor;

/// Approves the request, unless the patient's consent ended since.
pub(super) async fn make(app: &App, tx: &mut PgConnection, id: ContactRequestId) -> Result<(), Fault> {
    let case = &Case::lock(app, tx, id).await?;
    if case.request.state != State::PatientYes {
        return Ok(()); // approved already, or withdrawn meanwhile
    }
    if yes_after_no::is_forbidden(tx, case.patient, &case.request).await? {
        return yes_after_no::block(app, tx, &case.request).await;
    }
    let researcher = case.researcher(app);
    let answered_on = case.request.changed_at.date_naive();
    let (to, by) = (State::Approved, Actor::System);
    contact_requests::change(tx, &app.outbox, &case.request, to, "", &by, app.now()).await?;
    let approving = Approving {
        request: &RequestRow { state: to, ..case.request.clone() },
        study: &case.study,
        patient_id: case.patient,
        patient: &case.snapshot.patient,
        clinicians: &case.snapshot.clinicians,
        basis: Basis::Agreed { on: answered_on.into() },
        researcher: researcher.as_ref(),
    };
    approve(app, tx, approving).await
}
