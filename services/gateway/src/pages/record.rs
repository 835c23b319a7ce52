//! One record of a result with everything unfolded.

use askama::Template;
use axum::extract::{Path, RawQuery, State};
use coffer_proto::query::v1::GetRows;
use coffer_types::RunId;

use super::result::address::Address;
use super::result::cells::{CellView, MarkView, Shown, legend, rows};
use super::{Answer, Layout, Shell, format, page};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::display::DisplaySettings;
use crate::store::display_settings;
use crate::web::PageError;

#[derive(Template)]
#[template(path = "pages/record.html")]
struct RecordPage {
    layout: Layout,
    title: String,
    place: u64,
    total: u64,
    /// Name, kind, cell.
    values: Vec<(String, String, CellView)>,
    hidden: Vec<String>,
    legend: Vec<MarkView>,
    table: String,
    previous: Option<String>,
    next: Option<String>,
}

/// A record, by its place in the view from 1.
pub async fn show(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Path((id, place)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Answer {
    let id: RunId = id.parse().map_err(|_| PageError::NotFound)?;
    let place: u64 = place.parse().ok().filter(|place| *place > 0).ok_or(PageError::NotFound)?;
    let address = Address::read(id, &query.unwrap_or_default())?;
    let settings = display_settings::of(&app.pool, user.id).await?;
    let run = super::run::get(&app, &user, id).await?;
    let question = GetRows {
        caller: Some(user.caller()),
        run_id: id.to_string(),
        view: Some(address.view(settings.hide_empty)),
        offset: place - 1,
        limit: 1,
        cut_after: 0,
        highlight: true,
    };
    let found = app.ask_of_result(&question).await?;
    let unfolded = DisplaySettings { fold_characters: 0, fold_lines: 0, ditto: false, ..settings };
    let row = rows(&found, place, &unfolded).into_iter().next().ok_or(PageError::NotFound)?;
    let columns = found.columns.iter().zip(row.cells);
    page(&RecordPage {
        layout: shell.layout(&format!("Record {place}: {}", format::sql_title(&run.sql))),
        title: format::sql_title(&run.sql),
        place,
        total: found.total,
        legend: legend(&found),
        values: columns.map(|(column, cell)| (column.name.clone(), column.kind.clone(), cell)).collect(),
        table: address.table_at(place, settings.rows_per_page),
        previous: (place > 1).then(|| address.record(place - 1)),
        next: (place < found.total).then(|| address.record(place + 1)),
        hidden: found.hidden_columns,
    })
}
