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
    /// Only those in one of these states, for requests that were never and that were once approved; none: all.
    pub states: Option<&'a [Vec<&'static str>; 2]>,
    /// Part of a request id or research id; empty: all.
    pub search: &'a str,
    /// How many to leave out.
    pub offset: i64,
    /// How many at most.
    pub limit: i64,
}

/// A row with the number of all rows that fit.
#[derive(sqlx::FromRow)]
struct Counted {
    #[sqlx(flatten)]
    request: RequestRow,
    total: i64,
}

/// A slice of the list, newest first, with the number of all that fit (0 for a slice beyond the end).
pub async fn list(tx: &mut PgConnection, filter: &Filter<'_>) -> Result<(Vec<RequestRow>, i64)> {
    let [never_approved, once_approved] = match filter.states {
        Some([never, once]) => [Some(never), Some(once)],
        None => [None, None],
    };
    let rows = sqlx::query_as(
        "SELECT r.*, s.title AS study_title, count(*) OVER () AS total
         FROM contact_requests r JOIN studies s ON s.id = r.study_id
         WHERE ($1::uuid IS NULL OR r.submitted_by = $1 OR s.lead_user_id = $1
                OR EXISTS (SELECT FROM study_researchers x WHERE x.study_id = s.id AND x.user_id = $1))
           AND ($2::uuid IS NULL OR r.study_id = $2)
           AND ($3::text[] IS NULL OR r.state = ANY(CASE WHEN r.was_approved THEN $4 ELSE $3 END))
           AND ($5 = '' OR strpos(r.id::text, $5) > 0 OR strpos(r.key_text, $5) > 0)
         ORDER BY r.submitted_at DESC, r.id DESC OFFSET $6 LIMIT $7",
    )
    .bind(filter.reader)
    .bind(filter.study)
    .bind(never_approved)
    .bind(once_approved)
    .bind(filter.search)
    .bind(filter.offset)
    .bind(filter.limit)
    .fetch_all(tx)
    .await?;
    Ok(split(rows))
}

/// A slice of the requests whose patient's answer is awaited, longest waiting first, with their number.
pub async fn awaited(tx: &mut PgConnection, offset: i64, limit: i64) -> Result<(Vec<RequestRow>, i64)> {
    let rows = sqlx::query_as(
        "SELECT r.*, s.title AS study_title, count(*) OVER () AS total
         FROM patient_responses p JOIN contact_requests r ON r.id = p.contact_request_id
         JOIN studies s ON s.id = r.study_id
         WHERE p.state = 'awaited' ORDER BY p.awaited_since, r.id OFFSET $1 LIMIT $2",
    )
    .bind(offset)
    .bind(limit)
    .fetch_all(tx)
    .await?;
    Ok(split(rows))
}

fn split(rows: Vec<Counted>) -> (Vec<RequestRow>, i64) {
    let total = rows.first().map_or(0, |row| row.total);
    (rows.into_iter().map(|row| row.request).collect(), total)
}
