//! What ends when a patient's consent becomes stricter. Papers and e-mails about it follow from the facts.

use coffer_types::PatientId;
use sqlx::PgConnection;

use crate::app::App;
use crate::domain::mode::CurrentMode;
use crate::domain::state::State;
use crate::domain::withdrawal::{self, WithdrawalReason};
use crate::store::contact_requests::{self, RequestRow};
use crate::store::transitions::Actor;
use crate::store::{Result as StoreResult, letters, patient_answers, questions, reservations, withdrawals};

/// Ends every request that must not outlive the change from `before` to `after`, or the patient's death.
/// The caller holds the patient's lock.
pub async fn consider(
    app: &App,
    tx: &mut PgConnection,
    patient: PatientId,
    (before, after): (&CurrentMode, &CurrentMode),
    is_dead: bool,
    actor: &Actor,
) -> StoreResult<()> {
    let Some(reason) = withdrawal::reason(before, after, is_dead) else { return Ok(()) };
    let scope = app.settings.process.withdraw_scope;
    for reachable in withdrawals::lock_reachable(tx, patient).await? {
        if withdrawal::reaches(scope, reachable.request.state, reachable.decided_under()) {
            end(app, tx, &reachable.request, reason, actor).await?;
        }
    }
    Ok(())
}

/// Ends one request with all that hangs on it: the link, the awaited answer, the place under the cap, and a
/// pack or an approval that was not posted yet.
async fn end(
    app: &App,
    tx: &mut PgConnection,
    request: &RequestRow,
    reason: WithdrawalReason,
    actor: &Actor,
) -> StoreResult<()> {
    let now = app.now();
    questions::close_open(tx, request.id, "withdrawn").await?;
    patient_answers::close_awaited(tx, request.id, "closed", now).await?;
    reservations::release(tx, request.id, now).await?;
    for kind in ["pack", "approval"] {
        letters::stop_unposted(tx, request.id, kind, now).await?;
    }
    contact_requests::change(tx, &app.outbox, request, State::Withdrawn, reason.as_str(), actor, now).await
}
