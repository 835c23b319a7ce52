//! A stored result as a table, and as a file.

pub(super) mod address;
pub(super) mod cells;
mod change;

use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use coffer_proto::query::v1::{Filter, GetRows, ResultColumn, RowPage, Run, View};
use coffer_types::{Role, RunId};
use url::form_urlencoded;
use uuid::Uuid;

use super::paging::Paging;
use super::{Answer, Layout, Shell, form_again, format, page};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::display::DisplaySettings;
use crate::domain::result_view::{InvalidView, OPERATORS};
use crate::store::display_settings;
use crate::web::export::{FORMATS, export};
use crate::web::{FormErrors, Id, PageError};
use address::Address;
use cells::{CUT_AFTER, MarkView, RowView, Shown, legend, rows};

pub(super) use change::change;

#[derive(Template)]
#[template(path = "pages/result.html")]
struct TablePage {
    layout: Layout,
    errors: FormErrors,
    run: Run,
    title: String,
    /// Makes a second click run nothing twice.
    key: String,
    address: Address,
    headers: Vec<Header>,
    rows: Vec<RowView>,
    total: u64,
    total_unfiltered: u64,
    filters: Vec<Condition>,
    choices: Vec<Choice>,
    hide_empty: bool,
    hidden: Vec<String>,
    legend: Vec<MarkView>,
    wrap: Option<u32>,
    paging: Paging,
    /// Columns that name people whom the user may ask to contact.
    people: Vec<String>,
    chosen: Vec<u64>,
}

/// The head of a column.
struct Header {
    name: String,
    kind: String,
    direction: &'static str,
    href: String,
}

/// A condition that is in force.
struct Condition {
    column: String,
    words: &'static str,
    value: String,
    /// The address without it.
    without: String,
}

/// A column that can be shown or not.
struct Choice {
    name: String,
    shown: bool,
}

/// The table of a run that is done. A condition that cannot be used, which is the last one, comes off again.
pub(super) async fn table(
    app: &App,
    user: &CurrentUser,
    shell: &Shell,
    run: Run,
    address: Address,
) -> Answer {
    let shown = table_page(app, user, shell, run.clone(), address.clone(), FormErrors::default()).await;
    match (shown, address.without_last_condition()) {
        (Err(PageError::Refused(StatusCode::UNPROCESSABLE_ENTITY, sentence)), Some(before)) => {
            table_again(app, user, shell, run, before, FormErrors::new("value", sentence)).await
        }
        (shown, _) => page(&shown?),
    }
}

/// The table again, with what is wrong with the form on it.
pub(super) async fn table_again(
    app: &App,
    user: &CurrentUser,
    shell: &Shell,
    run: Run,
    address: Address,
    errors: FormErrors,
) -> Answer {
    form_again(&table_page(app, user, shell, run, address, errors).await?)
}

async fn table_page(
    app: &App,
    user: &CurrentUser,
    shell: &Shell,
    run: Run,
    address: Address,
    errors: FormErrors,
) -> Result<TablePage, PageError> {
    let settings = display_settings::of(&app.pool, user.id).await?;
    let size = settings.rows_per_page;
    let offset = (address.number() - 1) * u64::from(size);
    let view = address.view(settings.hide_empty);
    let question = GetRows {
        caller: Some(user.caller()),
        run_id: run.id.clone(),
        view: Some(view.clone()),
        offset,
        limit: size,
        cut_after: CUT_AFTER,
        highlight: true,
    };
    let found = whole_page(app, question).await?;
    let title = format::sql_title(&run.sql);
    Ok(TablePage {
        layout: shell.layout(&title),
        errors,
        title,
        key: Uuid::now_v7().to_string(),
        headers: found.columns.iter().map(|column| header(column, &address)).collect(),
        rows: rows(&found, offset + 1, &settings),
        total: found.total,
        total_unfiltered: found.total_unfiltered,
        filters: address.filters().into_iter().map(condition).collect(),
        choices: choices(&run.columns, &view),
        hide_empty: view.hide_empty,
        legend: legend(&found),
        hidden: found.hidden_columns,
        wrap: wrap(&settings),
        paging: Paging::at(address.pages(), address.number(), size, found.total),
        people: people(&run.columns, user),
        chosen: Vec::new(),
        address,
        run,
    })
}

/// The view as a file.
pub async fn file(
    State(app): State<App>,
    user: CurrentUser,
    Id(id): Id<RunId>,
    RawQuery(query): RawQuery,
) -> Answer {
    let query = query.unwrap_or_default();
    let address = Address::read(id, &query)?;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let format = pairs.find(|(key, _)| key == "format").map(|(_, format)| format.into_owned());
    let format = format.filter(|format| FORMATS.iter().any(|(word, _)| word == format));
    let format = format.ok_or(PageError::NotFound)?;
    Ok(export(&app, &user, id, &format, address.view(false)).await?.into_response())
}

/// All rows of a page: where they are very large, research-query gives fewer at a time.
async fn whole_page(app: &App, question: GetRows) -> Result<RowPage, PageError> {
    let mut page = app.ask_of_result(&question).await?;
    let end = page.total.min(question.offset + u64::from(question.limit));
    loop {
        let offset = question.offset + page.rows.len() as u64;
        let limit = u32::try_from(end.saturating_sub(offset)).unwrap_or(u32::MAX);
        if limit == 0 {
            return Ok(page);
        }
        let more = app.ask_of_result(&GetRows { offset, limit, ..question.clone() }).await?.rows;
        if more.is_empty() {
            return Ok(page);
        }
        page.rows.extend(more);
    }
}

fn header(column: &ResultColumn, address: &Address) -> Header {
    Header {
        name: column.name.clone(),
        kind: column.kind.clone(),
        direction: address.direction(&column.name),
        href: address.sorted_by(&column.name),
    }
}

fn condition((filter, without): (Filter, String)) -> Condition {
    let words = OPERATORS.iter().find(|(word, _)| *word == filter.operator).map_or("", |(_, words)| words);
    Condition { column: filter.column, words, value: filter.value, without }
}

fn choices(columns: &[ResultColumn], view: &View) -> Vec<Choice> {
    let shown = |name: &String| view.columns.is_empty() || view.columns.contains(name);
    columns.iter().map(|column| Choice { name: column.name.clone(), shown: shown(&column.name) }).collect()
}

fn people(columns: &[ResultColumn], user: &CurrentUser) -> Vec<String> {
    if !user.has_any(&[Role::Researcher, Role::Rdbm]) {
        return Vec::new();
    }
    let named = columns.iter().filter(|column| matches!(column.people.as_str(), "rid" | "mrid"));
    named.map(|column| column.name.clone()).collect()
}

/// Widths of lines that the style sheet knows, in characters.
const WRAPS: [u32; 8] = [20, 40, 60, 80, 100, 120, 160, 200];

/// The width of lines that comes next to what the user wants.
fn wrap(settings: &DisplaySettings) -> Option<u32> {
    let wanted = Some(settings.line_length).filter(|length| *length > 0)?;
    WRAPS.into_iter().find(|width| *width >= wanted)
}

impl From<InvalidView> for PageError {
    fn from(error: InvalidView) -> Self {
        let sentence = format!("The address of this page cannot be used: {} {}.", error.key, error.message);
        Self::Refused(StatusCode::UNPROCESSABLE_ENTITY, sentence)
    }
}
