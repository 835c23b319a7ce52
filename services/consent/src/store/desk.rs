//! The counts of the RDBM's desk, in one statement.

use sqlx::PgConnection;

use super::Result;

/// The work of today, counted.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct DeskRow {
    /// Letters to print.
    pub letters_to_print: i64,
    /// Printed, not posted.
    pub letters_to_post: i64,
    /// Patients whose answer is awaited.
    pub answers_awaited: i64,
    /// Clinicians whose answer is awaited.
    pub questions_open: i64,
    /// E-mails that were refused, or may have been lost.
    pub emails_failed: i64,
    /// Requests about patients who should not have been in the research database.
    pub possibly_serious: i64,
    /// A yes that came after the patient's no.
    pub blocked_yes: i64,
    /// Requests whose research id the identity map does not know.
    pub unknown_patients: i64,
    /// Accrued and not yet paid.
    pub charity_due_pence: i64,
}

/// Counts now.
pub async fn counts(tx: &mut PgConnection) -> Result<DeskRow> {
    let row = sqlx::query_as(
        "SELECT
            (SELECT count(*) FROM letters WHERE rdbm_may_view AND state = 'to_print') AS letters_to_print,
            (SELECT count(*) FROM letters WHERE rdbm_may_view AND state = 'printed') AS letters_to_post,
            (SELECT count(*) FROM patient_responses WHERE state = 'awaited') AS answers_awaited,
            (SELECT count(*) FROM clinician_questions WHERE state = 'open') AS questions_open,
            (SELECT count(*) FROM outgoing_mails WHERE state IN ('refused', 'doubtful')) AS emails_failed,
            (SELECT count(*) FROM contact_requests WHERE possibly_serious) AS possibly_serious,
            (SELECT count(*) FROM contact_requests WHERE blocked_yes) AS blocked_yes,
            (SELECT count(*) FROM contact_requests WHERE rule = 'R00') AS unknown_patients,
            (SELECT coalesce(sum(amount_pence), 0) FROM charity)::bigint
              - (SELECT coalesce(sum(amount_pence), 0) FROM charity_payments)::bigint AS charity_due_pence",
    )
    .fetch_one(tx)
    .await?;
    Ok(row)
}
