//! The steps of a request's life, as rows that are only ever added.

use chrono::{DateTime, Utc};
use coffer_types::{ContactRequestId, UserId};
use sqlx::PgConnection;

use super::Result;

/// Who made something happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in user, with the name to show.
    User(UserId, String),
    /// A clinician behind a link, with the name to show.
    Clinician(String),
    /// The service itself.
    System,
}

impl Actor {
    /// As facts and rows name the actor: user id, `clinician`, or `system`.
    pub fn id(&self) -> String {
        match self {
            Self::User(id, _) => id.to_string(),
            Self::Clinician(_) => "clinician".to_owned(),
            Self::System => "system".to_owned(),
        }
    }

    /// The name to show.
    pub fn name(&self) -> &str {
        match self {
            Self::User(_, name) | Self::Clinician(name) => name,
            Self::System => "Coffer",
        }
    }
}

/// One stored step.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TransitionRow {
    /// When.
    pub at: DateTime<Utc>,
    /// State before; empty for the first step.
    pub from_state: String,
    /// State after.
    pub to_state: String,
    /// A word such as `consent_withdrawn`; empty where the state says all.
    pub reason: String,
    /// User id, `clinician`, or `system`.
    pub by: String,
    /// Name to show.
    pub who: String,
}

/// Adds a step.
pub async fn add(
    tx: &mut PgConnection,
    request: ContactRequestId,
    at: DateTime<Utc>,
    (from, to): (&str, &str),
    reason: &str,
    actor: &Actor,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO transitions (contact_request_id, at, from_state, to_state, reason, by, who)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(request)
    .bind(at)
    .bind(from)
    .bind(to)
    .bind(reason)
    .bind(actor.id())
    .bind(actor.name())
    .execute(tx)
    .await?;
    Ok(())
}

/// All steps of a request, oldest first.
pub async fn of_request(tx: &mut PgConnection, request: ContactRequestId) -> Result<Vec<TransitionRow>> {
    let rows = sqlx::query_as(
        "SELECT at, from_state, to_state, reason, by, who FROM transitions
         WHERE contact_request_id = $1 ORDER BY id",
    )
    .bind(request)
    .fetch_all(tx)
    .await?;
    Ok(rows)
}
