//! How each user wants results to be shown.

use coffer_types::UserId;
use sqlx::PgPool;

use crate::domain::display::DisplaySettings;

/// A row; numbers as columns hold them.
#[derive(sqlx::FromRow)]
struct Row {
    rows_per_page: i32,
    fold_characters: i32,
    fold_lines: i32,
    line_length: i32,
    ditto: bool,
    hide_empty: bool,
}

impl From<Row> for DisplaySettings {
    fn from(row: Row) -> Self {
        Self {
            rows_per_page: row.rows_per_page.unsigned_abs(),
            fold_characters: row.fold_characters.unsigned_abs(),
            fold_lines: row.fold_lines.unsigned_abs(),
            line_length: row.line_length.unsigned_abs(),
            ditto: row.ditto,
            hide_empty: row.hide_empty,
        }
    }
}

/// The user's settings; the defaults for who has never changed them.
pub async fn of(pool: &PgPool, user: UserId) -> sqlx::Result<DisplaySettings> {
    let row: Option<Row> = sqlx::query_as(
        "select rows_per_page, fold_characters, fold_lines, line_length, ditto, hide_empty
         from display_settings where user_id = $1",
    )
    .bind(user)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(DisplaySettings::from).unwrap_or_default())
}

/// Keeps the user's settings.
pub async fn put(pool: &PgPool, user: UserId, settings: DisplaySettings) -> sqlx::Result<()> {
    sqlx::query(
        "insert into display_settings
             (user_id, rows_per_page, fold_characters, fold_lines, line_length, ditto, hide_empty)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (user_id) do update set
             rows_per_page = excluded.rows_per_page, fold_characters = excluded.fold_characters,
             fold_lines = excluded.fold_lines, line_length = excluded.line_length,
             ditto = excluded.ditto, hide_empty = excluded.hide_empty",
    )
    .bind(user)
    .bind(settings.rows_per_page.cast_signed())
    .bind(settings.fold_characters.cast_signed())
    .bind(settings.fold_lines.cast_signed())
    .bind(settings.line_length.cast_signed())
    .bind(settings.ditto)
    .bind(settings.hide_empty)
    .execute(pool)
    .await?;
    Ok(())
}
