//! A yes that came after the patient's no goes nowhere but to the RDBM's desk.

use coffer_types::PatientId;
use sqlx::PgConnection;

use super::faults::Fault;
use super::notices;
use crate::app::App;
use crate::domain::state::State;
use crate::mails::Notice;
use crate::store::contact_requests::{self, RequestRow};
use crate::store::{Result as StoreResult, consent_modes};

/// Whether the patient said no since, or has died. The caller holds the patient's lock and has refreshed the
/// consent.
pub(super) async fn is_forbidden(
    tx: &mut PgConnection,
    patient: PatientId,
    request: &RequestRow,
) -> StoreResult<bool> {
    let mode = consent_modes::current(tx, patient).await?.map(|row| row.mode()).transpose()?;
    Ok(request.state == State::Withdrawn || mode.is_some_and(|mode| mode.forbids_contact()))
}

/// Marks the request and tells the RDBM, once.
pub(super) async fn block(app: &App, tx: &mut PgConnection, request: &RequestRow) -> Result<(), Fault> {
    if !request.blocked_yes {
        contact_requests::mark_blocked_yes(tx, request.id).await?;
        notices::send(tx, app, Notice::BlockedYes, Some(request.id)).await?;
    }
    Ok(())
}
