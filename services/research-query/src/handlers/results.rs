//! `coffer.svc.research-query.result.*`: pages of stored results, and the people in them. Nothing here reaches a
//! research database.

use coffer_proto::common::v1::Refusal;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{GetRows, People, RowPage, SelectPeople};
use coffer_results::{ObjectError, ResultError, RowOrder, StoredResult};

use super::caller::person;
use super::highlights;
use super::rows::{self, Looks};
use super::run_message::columns;
use super::runs::{id, refusal};
use super::view::{Seen, column};
use crate::app::App;
use crate::config::ResearchDatabaseSettings;
use crate::domain::access::Person;
use crate::domain::people;
use crate::domain::run::State;
use crate::domain::words::NOT_OFFERED;
use crate::store::runs::{Run, Stored};

/// Rows of a page when the caller names no number, and the most.
const DEFAULT_LIMIT: u32 = 50;
const LARGEST_LIMIT: u32 = 1_000;
/// Rows that are looked through for people at a time.
const PEOPLE_ROWS: usize = 32_768;

/// A stored result that the caller may read.
pub(super) struct Readable {
    pub(super) run: Run,
    pub(super) stored: Stored,
    pub(super) result: StoredResult,
    pub(super) settings: ResearchDatabaseSettings,
}

/// Finds the caller's own result.
pub(super) async fn readable(app: &App, person: &Person, run_id: &str) -> Result<Readable, Refusal> {
    let run = app.runs.get(person.id, id(run_id)?).await.map_err(refusal)?;
    let offered = app.database(person, &run.database).ok_or_else(|| Refusal::forbidden(NOT_OFFERED))?;
    if run.state != State::Done {
        return Err(Refusal::conflict("This run has no result."));
    }
    let result = app.result_of(&run).ok_or_else(gone)?;
    let stored = run.stored.clone().ok_or_else(gone)?;
    Ok(Readable { run, stored, result, settings: offered.settings.clone() })
}

/// Answers [`GetRows`].
pub(super) async fn rows(app: App, question: GetRows) -> Result<RowPage, Refusal> {
    let person = person(question.caller.as_ref())?;
    let limit = match question.limit {
        0 => DEFAULT_LIMIT,
        limit if limit <= LARGEST_LIMIT => limit,
        _ => return Err(Refusal::invalid("limit", format!("A page has at most {LARGEST_LIMIT} rows."))),
    };
    let Readable { stored, result, settings, .. } = readable(&app, &person, &question.run_id).await?;
    let seen = Seen::read(question.view, &stored.manifest)?;
    let order = seen.order(&result).await?;
    let ready = if question.highlight {
        Some(app.highlighters.of(&highlights::of(&app), person.id).await?)
    } else {
        None
    };
    let looks = Looks { cut_after: usize::try_from(question.cut_after).unwrap_or(usize::MAX), ready };
    let limit = usize::try_from(limit).unwrap_or_default();
    let highlights = looks.highlights();
    let rows = rows::read(&result, &order, &seen.columns, question.offset, limit, looks).await?;
    let all = columns(&stored, &settings);
    Ok(RowPage {
        columns: seen.columns.iter().filter_map(|index| all.get(*index).cloned()).collect(),
        rows,
        total: order.rows(),
        total_unfiltered: stored.manifest.rows,
        hidden_columns: seen.hidden,
        highlights,
    })
}

/// Answers [`SelectPeople`].
pub(super) async fn people(app: App, question: SelectPeople) -> Result<People, Refusal> {
    let person = person(question.caller.as_ref())?;
    let Readable { run, stored, result, settings } = readable(&app, &person, &question.run_id).await?;
    let kind = settings.people(&question.column);
    let column = column(&question.column, "column", &stored.manifest)?;
    if kind != "rid" && kind != "mrid" {
        return Err(Refusal::invalid(
            "column",
            "This column holds no research ids that people are asked by.",
        ));
    }
    let order = if question.rows.is_empty() {
        Seen::read(question.view, &stored.manifest)?.order(&result).await?
    } else {
        chosen(&question.rows, stored.manifest.rows)?
    };
    let mut found = people::People::default();
    let mut offset = 0;
    while offset < order.rows() {
        let page = result.page(&order, offset, PEOPLE_ROWS, &[column]).await;
        let page = page.map_err(|error| unreadable(&error))?;
        offset += page.rows.len() as u64;
        let ids = page.rows.into_iter().map(|(_, cells)| cells.into_iter().next().flatten());
        if !found.take(ids) {
            break;
        }
    }
    let (ids, cut) = found.into_ids();
    Ok(People { kind: kind.to_owned(), ids, certificate_id: run.id.to_string(), cut })
}

fn chosen(rows: &[u64], all: u64) -> Result<RowOrder, Refusal> {
    let number = |(index, row): (usize, &u64)| {
        let there = u32::try_from(*row).ok().filter(|_| *row < all);
        there.ok_or_else(|| Refusal::invalid(format!("rows[{index}]"), "The result has no such row."))
    };
    Ok(RowOrder::of(&rows.iter().enumerate().map(number).collect::<Result<Vec<_>, _>>()?))
}

fn gone() -> Refusal {
    Refusal::conflict("The result of this run was deleted. Run the query again.")
}

/// Why a stored result cannot be read: the sentence for the person; the cause goes to the log.
pub(super) fn unreadable(error: &ResultError) -> Refusal {
    if matches!(error, ResultError::Object(ObjectError::Missing)) {
        return gone();
    }
    let cause: &(dyn std::error::Error + 'static) = error;
    tracing::error!(cause, "a stored result could not be read");
    if matches!(error, ResultError::Object(ObjectError::Store(_)) | ResultError::Stopped) {
        Refusal::new(Code::Unavailable, "The result cannot be read at the moment. Please try again.")
    } else {
        Refusal::new(Code::Internal, "The result is damaged. Please run the query again.")
    }
}
