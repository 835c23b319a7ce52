//! Letters: typeset once, stored sealed with the hash of the clear PDF, queued for the RDBM.

use chrono::{DateTime, Utc};
use coffer_store::{Keyring, Place};
use coffer_types::{ContactRequestId, LetterId, PatientId, StudyId, UserId};
use sqlx::PgConnection;

use super::Result;

/// A letter to be stored.
#[derive(Debug)]
pub struct NewLetter<'a> {
    /// `approval`, `withdrawal`, `mode_confirmation`, `pack`.
    pub kind: &'static str,
    /// Names no patient.
    pub title: &'a str,
    /// The request that it belongs to.
    pub contact_request: Option<ContactRequestId>,
    /// The study that it is about.
    pub study: Option<StudyId>,
    /// The patient that it is about.
    pub patient: Option<PatientId>,
    /// The PDF in clear.
    pub pdf: &'a [u8],
    /// SHA-256 of `pdf`, hexadecimal.
    pub sha256: &'a str,
    /// `to_print` or `not_for_post`.
    pub state: &'static str,
    /// False for a pack that the clinician hands over.
    pub rdbm_may_view: bool,
}

/// A letter in a list.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct LetterRow {
    /// Its id.
    pub id: LetterId,
    /// Its kind.
    pub kind: String,
    /// Names no patient.
    pub title: String,
    /// The request that it belongs to.
    pub contact_request_id: Option<ContactRequestId>,
    /// The study that it is about.
    pub study_id: Option<StudyId>,
    /// The patient that it is about.
    pub patient_id: Option<PatientId>,
    /// When it was typeset.
    pub made_at: DateTime<Utc>,
    /// `to_print`, `printed`, `posted`, `not_for_post`.
    pub state: String,
    /// Of the PDF in clear.
    pub sha256: String,
    /// Whether the RDBM may open it.
    pub rdbm_may_view: bool,
}

/// Stores a letter.
pub async fn add(
    tx: &mut PgConnection,
    keyring: &Keyring,
    letter: &NewLetter<'_>,
    now: DateTime<Utc>,
) -> Result<LetterId> {
    let id = LetterId::new();
    sqlx::query(
        "INSERT INTO letters (id, kind, title, contact_request_id, study_id, patient_id, pdf, sha256,
                              made_at, state, state_changed_at, rdbm_may_view)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $11)",
    )
    .bind(id)
    .bind(letter.kind)
    .bind(letter.title)
    .bind(letter.contact_request)
    .bind(letter.study)
    .bind(letter.patient)
    .bind(keyring.seal(place(id), letter.pdf))
    .bind(letter.sha256)
    .bind(now)
    .bind(letter.state)
    .bind(letter.rdbm_may_view)
    .execute(tx)
    .await?;
    Ok(id)
}

/// One letter without its PDF.
pub async fn get(tx: &mut PgConnection, id: LetterId) -> Result<Option<LetterRow>> {
    let row = sqlx::query_as(
        "SELECT id, kind, title, contact_request_id, study_id, patient_id, made_at, state, sha256, rdbm_may_view
         FROM letters WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(tx)
    .await?;
    Ok(row)
}

/// The PDF in clear.
pub async fn pdf(tx: &mut PgConnection, keyring: &Keyring, id: LetterId) -> Result<Vec<u8>> {
    let sealed: Vec<u8> =
        sqlx::query_scalar("SELECT pdf FROM letters WHERE id = $1").bind(id).fetch_one(tx).await?;
    Ok(keyring.open(place(id), &sealed)?)
}

/// The letters of a request, oldest first.
pub async fn of_request(tx: &mut PgConnection, request: ContactRequestId) -> Result<Vec<LetterRow>> {
    let rows = sqlx::query_as(
        "SELECT id, kind, title, contact_request_id, study_id, patient_id, made_at, state, sha256, rdbm_may_view
         FROM letters WHERE contact_request_id = $1 ORDER BY made_at, id",
    )
    .bind(request)
    .fetch_all(tx)
    .await?;
    Ok(rows)
}

/// A row with the number of all rows that fit.
#[derive(sqlx::FromRow)]
struct Counted {
    #[sqlx(flatten)]
    letter: LetterRow,
    total: i64,
}

/// A slice of the letters that are for the RDBM, newest first, in one state or in all (empty text), with their
/// number. Packs of the A route never show: a clinician hands them over.
pub async fn list(
    tx: &mut PgConnection,
    state: &str,
    offset: i64,
    limit: i64,
) -> Result<(Vec<LetterRow>, i64)> {
    let rows: Vec<Counted> = sqlx::query_as(
        "SELECT id, kind, title, contact_request_id, study_id, patient_id, made_at, state, sha256, rdbm_may_view,
                count(*) OVER () AS total
         FROM letters WHERE rdbm_may_view AND ($1 = '' OR state = $1)
         ORDER BY made_at DESC, id DESC OFFSET $2 LIMIT $3",
    )
    .bind(state)
    .bind(offset)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    Ok((rows.into_iter().map(|row| row.letter).collect(), total))
}

/// Moves a letter on in the print queue; false when it was not in one of the states before.
pub async fn mark(
    tx: &mut PgConnection,
    id: LetterId,
    from: &[&str],
    to: &str,
    by: UserId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let done = sqlx::query(
        "UPDATE letters SET state = $3, state_changed_at = $4, state_changed_by = $5
         WHERE id = $1 AND state = ANY($2)",
    )
    .bind(id)
    .bind(from)
    .bind(to)
    .bind(now)
    .bind(by)
    .execute(tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Puts a letter that was not for post into the print queue, because its e-mail failed. An approval that was
/// withdrawn meanwhile stays where it is.
pub async fn queue(tx: &mut PgConnection, id: LetterId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "UPDATE letters l SET state = 'to_print', state_changed_at = $2
         WHERE id = $1 AND state = 'not_for_post'
           AND NOT (kind = 'approval' AND EXISTS (SELECT FROM contact_requests r
                                                  WHERE r.id = l.contact_request_id AND r.state = 'withdrawn'))",
    )
    .bind(id)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes every letter of a request that was not posted yet out of the queue.
pub async fn stop_unposted(
    tx: &mut PgConnection,
    request: ContactRequestId,
    kind: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query(
        "UPDATE letters SET state = 'not_for_post', state_changed_at = $3
         WHERE contact_request_id = $1 AND kind = $2 AND state IN ('to_print', 'printed')",
    )
    .bind(request)
    .bind(kind)
    .bind(now)
    .execute(tx)
    .await?;
    Ok(())
}

fn place(id: LetterId) -> Place<'static> {
    Place { table: "letters", column: "pdf", row: id.as_uuid() }
}
