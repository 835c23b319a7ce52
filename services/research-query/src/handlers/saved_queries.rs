//! `coffer.svc.research-query.saved-query.*`: queries that a person keeps.

use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::{
    self, DeleteSavedQuery, Deleted, GetSavedQuery, ListSavedQueries, SaveQuery, SavedQueryDetail,
    SavedQueryList, SavedQueryVersion,
};
use coffer_proto::timestamp;
use coffer_query_gate::Purpose;

use super::caller::{person, slice};
use super::kept::{id, invalid, not_found, parameters, query, short_sql};
use super::run_message;
use crate::app::App;
use crate::domain::access::Person;
use crate::domain::saved_query::{self, About, Fault};
use crate::store::saved_queries::{Draft, SavedQueries, SavedQuery, Version};

/// Bytes of the versions that are told at once.
const MOST_VERSION_BYTES: usize = 4 * 1024 * 1024;

/// Answers [`ListSavedQueries`], with long SQL shortened.
pub(crate) async fn list(app: App, question: ListSavedQueries) -> Result<SavedQueryList, Refusal> {
    let person = person(question.caller.as_ref())?;
    let (offset, limit) = slice(question.page);
    let mut found = of(&app).list(person.id).await?;
    found.retain(|saved| saved.about.is_found(&saved.query, &question.search));
    let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
    let skip = usize::try_from(offset).unwrap_or(usize::MAX);
    let take = usize::try_from(limit).unwrap_or_default();
    let shown = found.into_iter().skip(skip).take(take).collect();
    let queries = with_last_runs(&app, &person, shown).await?.into_iter().map(shortened).collect();
    Ok(SavedQueryList { queries, total })
}

/// Answers [`GetSavedQuery`].
pub(crate) async fn get(app: App, question: GetSavedQuery) -> Result<SavedQueryDetail, Refusal> {
    let person = person(question.caller.as_ref())?;
    let (saved_queries, id) = (of(&app), id(&question.id)?);
    let saved = saved_queries.get(person.id, id).await?;
    let mut room = MOST_VERSION_BYTES;
    let versions = saved_queries.versions(id).await?.into_iter().map_while(|version| {
        room = room.checked_sub(version.query.sql.len())?;
        Some(version_message(version))
    });
    let versions = versions.collect();
    let query = with_last_runs(&app, &person, vec![saved]).await?.pop();
    Ok(SavedQueryDetail { query, versions })
}

/// Answers [`SaveQuery`].
pub(crate) async fn save(app: App, question: SaveQuery) -> Result<v1::SavedQuery, Refusal> {
    let person = person(question.caller.as_ref())?;
    let wanted = question.query.unwrap_or_default();
    let fault = |fault: Fault| Refusal::invalid(fault.field(), fault.to_string());
    let about = About::read(&wanted.name, &wanted.note, &wanted.tags).map_err(fault)?;
    saved_query::check_sql(&wanted.sql).map_err(fault)?;
    let query = query(&wanted.sql, &wanted.parameters);
    let database = app.database(&person, &wanted.database);
    let database = database.ok_or_else(|| invalid("query.database", "There is no such database."))?;
    query.admit(&database.gate, Purpose::Rows).map_err(|refused| refused.at("query"))?;
    let draft = Draft { database: &wanted.database, about: &about, query: &query };
    let saved_queries = of(&app);
    let id = if wanted.id.is_empty() {
        saved_queries.add(person.id, &draft).await?
    } else {
        let id = id(&wanted.id)?;
        saved_queries.change(person.id, id, &draft).await?;
        id
    };
    let saved = vec![saved_queries.get(person.id, id).await?];
    with_last_runs(&app, &person, saved).await?.pop().ok_or_else(not_found)
}

/// Answers [`DeleteSavedQuery`].
pub(crate) async fn delete(app: App, question: DeleteSavedQuery) -> Result<Deleted, Refusal> {
    let person = person(question.caller.as_ref())?;
    of(&app).delete(person.id, id(&question.id)?).await?;
    Ok(Deleted {})
}

fn of(app: &App) -> SavedQueries {
    SavedQueries::new(app.pool.clone(), app.keyring.clone(), app.clock.clone())
}

async fn with_last_runs(
    app: &App,
    person: &Person,
    saved: Vec<SavedQuery>,
) -> Result<Vec<v1::SavedQuery>, Refusal> {
    let ids: Vec<_> = saved.iter().map(|saved| saved.id).collect();
    let runs = app.runs.newest_of(person.id, &ids).await?;
    let with_run = |saved: SavedQuery| {
        let run = runs.iter().find(|run| run.saved_query == Some(saved.id));
        let last_run = run.map(|run| run_message::message(app, run, 0));
        v1::SavedQuery { last_run, ..message(saved) }
    };
    Ok(saved.into_iter().map(with_run).collect())
}

/// As lists show it.
fn shortened(mut saved: v1::SavedQuery) -> v1::SavedQuery {
    saved.sql = short_sql(saved.sql);
    if let Some(run) = &mut saved.last_run {
        run.sql = short_sql(std::mem::take(&mut run.sql));
    }
    saved
}

fn message(saved: SavedQuery) -> v1::SavedQuery {
    v1::SavedQuery {
        id: saved.id.to_string(),
        name: saved.about.name,
        note: saved.about.note,
        tags: saved.about.tags,
        database: saved.database,
        parameters: parameters(&saved.query),
        sql: saved.query.sql,
        version: saved.version.unsigned_abs(),
        created_at: Some(timestamp(saved.created_at)),
        changed_at: Some(timestamp(saved.changed_at)),
        last_run: None,
    }
}

fn version_message(version: Version) -> SavedQueryVersion {
    SavedQueryVersion {
        version: version.number.unsigned_abs(),
        parameters: parameters(&version.query),
        sql: version.query.sql,
        at: Some(timestamp(version.at)),
    }
}
