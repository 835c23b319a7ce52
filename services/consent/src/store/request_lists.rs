//! Lists of contact requests, by what the reader may see.

use coffer_types::{StudyId, UserId};
use sqlx::PgConnection;

use super::Result;
use super::contact_requests::RequestRow;

/// Which requests are wanted.
#[derive(Debug, Default)]
pub struct Filter<'a> {
    /// Only those of this user's studies, or asked for by this user; none: all.
    pub reader: Option<UserId>,
    /// Only those of this study.
    pub study: Option<StudyId>,
    /// Only those in one of these states; none: all.
    pub states: Option<&'a [&'static str]>,
    /// Part of a request id or research id; empty: all.
    pub search: &'a str,
    /// How many to leave out.
    pub offset: i64,
    /// How many at most.
    pub limit: i64,
}

/// A slice of the list, newest first, with the number of all that fit.
pub async fn list(tx: &mut PgConnection, filter: &Filter<'_>) -> Result<(Vec<RequestRow>, i64)> {
    let rows = sqlx::query_as(
        "SELECT r.*, s.title AS study_title FROM contact_requests r JOIN studies s ON s.id = r.study_id
         WHERE ($1::uuid IS NULL OR r.submitted_by = $1 OR s.lead_user_id = $1
                OR EXISTS (SELECT FROM study_researchers x WHERE x.study_id = s.id AND x.user_id = $1))
           AND ($2::uuid IS NULL OR r.study_id = $2)
           AND ($3::text[] IS NULL OR r.state = ANY($3))
           AND ($4 = '' OR strpos(r.id::text, $4) > 0 OR strpos(r.key_text, $4) > 0)
         ORDER BY r.submitted_at DESC, r.id DESC OFFSET $5 LIMIT $6",
    )
    .bind(filter.reader)
    .bind(filter.study)
    .bind(filter.states)
    .bind(filter.search)
    .bind(filter.offset)
    .bind(filter.limit)
    .fetch_all(&mut *tx)
    .await?;
    let total = sqlx::query_scalar(
        "SELECT count(*) FROM contact_requests r JOIN studies s ON s.id = r.study_id
         WHERE ($1::uuid IS NULL OR r.submitted_by = $1 OR s.lead_user_id = $1
                OR EXISTS (SELECT FROM study_researchers x WHERE x.study_id = s.id AND x.user_id = $1))
           AND ($2::uuid IS NULL OR r.study_id = $2)
           AND ($3::text[] IS NULL OR r.state = ANY($3))
           AND ($4 = '' OR strpos(r.id::text, $4) > 0 OR strpos(r.key_text, $4) > 0)",
    )
    .bind(filter.reader)
    .bind(filter.study)
    .bind(filter.states)
    .bind(filter.search)
    .fetch_one(tx)
    .await?;
    Ok((rows, total))
}

/// A slice of the requests whose patient's answer is awaited, longest waiting first, with their number.
pub async fn awaited(tx: &mut PgConnection, offset: i64, limit: i64) -> Result<(Vec<RequestRow>, i64)> {
    let rows = sqlx::query_as(
        "SELECT r.*, s.title AS study_title
         FROM patient_responses p JOIN contact_requests r ON r.id = p.contact_request_id
         JOIN studies s ON s.id = r.study_id
         WHERE p.state = 'awaited' ORDER BY p.awaited_since, r.id OFFSET $1 LIMIT $2",
    )
    .bind(offset)
    .bind(limit)
    .fetch_all(&mut *tx)
    .await?;
    let total = sqlx::query_scalar("SELECT count(*) FROM patient_responses WHERE state = 'awaited'")
        .fetch_one(tx)
        .await?;
    Ok((rows, total))
}
