//! The requests of one patient that a withdrawal may reach. Callers hold the patient's lock.

use coffer_types::PatientId;
use sqlx::PgConnection;

use super::Result;
use super::contact_requests::RequestRow;
use crate::domain::mode::Mode;

/// A request with the mode that it was decided under.
#[derive(Debug, sqlx::FromRow)]
pub struct Reachable {
    /// The request.
    #[sqlx(flatten)]
    pub request: RequestRow,
    /// None: never asked.
    decided_under: Option<String>,
}

impl Reachable {
    /// The mode that the decision saw.
    pub fn decided_under(&self) -> Mode {
        self.decided_under.as_deref().and_then(Mode::parse).unwrap_or(Mode::Unknown)
    }
}

/// All requests of a patient that are open or approved, locked, oldest first.
pub async fn lock_reachable(tx: &mut PgConnection, patient: PatientId) -> Result<Vec<Reachable>> {
    let rows = sqlx::query_as(
        "SELECT r.*, s.title AS study_title, m.mode AS decided_under
         FROM contact_requests r JOIN studies s ON s.id = r.study_id
         LEFT JOIN consent_modes m ON m.id = r.consent_mode_id
         WHERE r.patient_id = $1
           AND (r.closed_at IS NULL OR r.state IN ('approved_direct', 'approved'))
         ORDER BY r.id FOR UPDATE OF r",
    )
    .bind(patient)
    .fetch_all(tx)
    .await?;
    Ok(rows)
}
