//! What clinicians' answers earn for charity.

use chrono::{DateTime, Utc};
use coffer_types::ContactRequestId;
use sqlx::PgConnection;

use super::Result;

/// Accrues the amount for a request; a second call for the same request earns nothing.
pub async fn accrue(
    tx: &mut PgConnection,
    request: ContactRequestId,
    amount_pence: u32,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO charity (contact_request_id, amount_pence, accrued_at) VALUES ($1, $2, $3)
         ON CONFLICT (contact_request_id) DO NOTHING",
    )
    .bind(request)
    .bind(i64::from(amount_pence))
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}
