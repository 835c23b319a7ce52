//! The audit of exports: a row before the first byte leaves, completed at the end.

use chrono::{DateTime, Utc};
use coffer_results::{Exported, Format};
use coffer_types::{RunId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;

/// How an export ended.
#[derive(Debug)]
pub(crate) enum Outcome<'a> {
    /// All of the file was sent.
    Done(&'a Exported),
    /// The reader went away.
    Aborted,
    /// Our side failed.
    Failed,
}

/// Notes that an export begins.
pub(crate) async fn begin(
    connection: &mut PgConnection,
    run: RunId,
    user: UserId,
    format: Format,
    whole: bool,
    now: DateTime<Utc>,
) -> Result<Uuid> {
    let id = Uuid::now_v7();
    sqlx::query(
        "insert into export (id, run_id, user_id, format, whole, began_at, outcome)
         values ($1, $2, $3, $4, $5, $6, 'running')",
    )
    .bind(id)
    .bind(run)
    .bind(user)
    .bind(format.as_str())
    .bind(whole)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(id)
}

/// Notes how it ended.
pub(crate) async fn end(
    connection: &mut PgConnection,
    id: Uuid,
    outcome: &Outcome<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let (word, exported) = match outcome {
        Outcome::Done(exported) => ("done", Some(exported)),
        Outcome::Aborted => ("aborted", None),
        Outcome::Failed => ("failed", None),
    };
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    sqlx::query(
        "update export set outcome = $2, ended_at = $3, rows = $4, bytes = $5, sha256 = $6 where id = $1",
    )
    .bind(id)
    .bind(word)
    .bind(now)
    .bind(exported.map(|it| number(it.rows)))
    .bind(exported.map(|it| number(it.bytes)))
    .bind(exported.map(|it| it.sha256.as_str()))
    .execute(connection)
    .await?;
    Ok(())
}
