//! `coffer.svc.research-query.standard-query.*`: the library, kept by the RDBM.

use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::{
    self, DeleteStandardQuery, Deleted, GetStandardQuery, ListStandardQueries, SaveStandardQuery,
    StandardQueryList,
};
use coffer_proto::timestamp;
use coffer_query_gate::Purpose;
use coffer_types::Role;

use super::caller::person;
use super::kept::{id, invalid, not_found};
use crate::app::App;
use crate::domain::access::Person;
use crate::domain::standard_query::{Placeholder, Template};
use crate::store::standard_queries::{StandardQueries, StandardQuery};

/// Answers [`ListStandardQueries`]: those of the databases that the caller may use.
pub(crate) async fn list(app: App, question: ListStandardQueries) -> Result<StandardQueryList, Refusal> {
    let person = person(question.caller.as_ref())?;
    let found = of(&app).list(&question.search).await?;
    let seen = found.into_iter().filter(|query| app.database(&person, &query.database).is_some());
    Ok(StandardQueryList { queries: seen.map(message).collect() })
}

/// Answers [`GetStandardQuery`].
pub(crate) async fn get(app: App, question: GetStandardQuery) -> Result<v1::StandardQuery, Refusal> {
    let person = person(question.caller.as_ref())?;
    Ok(message(find(&app, &person, &question.id).await?))
}

/// Answers [`SaveStandardQuery`].
pub(crate) async fn save(app: App, question: SaveStandardQuery) -> Result<v1::StandardQuery, Refusal> {
    let person = person(question.caller.as_ref())?;
    must_be_rdbm(&person)?;
    let wanted = question.query.unwrap_or_default();
    let known = match wanted.id.as_str() {
        "" => None,
        text => Some(find(&app, &person, text).await?.id),
    };
    let database = app.database(&person, &wanted.database);
    let database = database.ok_or_else(|| invalid("query.database", "There is no such database."))?;
    let (name, template) = (wanted.database.clone(), template(wanted));
    template.check(database.database.dialect()).map_err(|fault| fault.at("query"))?;
    template.query().admit(&database.gate, Purpose::Rows).map_err(|refused| refused.at("query"))?;
    let library = of(&app);
    let id = match known {
        Some(id) => {
            library.change(person.id, id, &name, &template).await?;
            id
        }
        None => library.add(person.id, &name, &template).await?,
    };
    Ok(message(library.get(id).await?))
}

/// Answers [`DeleteStandardQuery`].
pub(crate) async fn delete(app: App, question: DeleteStandardQuery) -> Result<Deleted, Refusal> {
    let person = person(question.caller.as_ref())?;
    must_be_rdbm(&person)?;
    let known = find(&app, &person, &question.id).await?;
    of(&app).delete(known.id).await?;
    Ok(Deleted {})
}

fn of(app: &App) -> StandardQueries {
    StandardQueries::new(app.pool.clone(), app.clock.clone())
}

async fn find(app: &App, person: &Person, text: &str) -> Result<StandardQuery, Refusal> {
    let query = of(app).get(id(text)?).await?;
    if app.database(person, &query.database).is_some() { Ok(query) } else { Err(not_found()) }
}

fn must_be_rdbm(person: &Person) -> Result<(), Refusal> {
    if person.is(Role::Rdbm) {
        return Ok(());
    }
    Err(Refusal::forbidden("Only research database managers change the library of standard queries."))
}

fn template(wanted: v1::StandardQuery) -> Template {
    let placeholder = |placeholder: v1::Placeholder| Placeholder {
        name: placeholder.name,
        kind: placeholder.kind,
        label: placeholder.label.trim().to_owned(),
        initial: placeholder.initial,
    };
    Template {
        title: wanted.title.trim().to_owned(),
        description: wanted.description.trim().to_owned(),
        sql: wanted.sql,
        placeholders: wanted.placeholders.into_iter().map(placeholder).collect(),
    }
}

fn message(query: StandardQuery) -> v1::StandardQuery {
    let placeholder = |placeholder: Placeholder| v1::Placeholder {
        name: placeholder.name,
        kind: placeholder.kind,
        label: placeholder.label,
        initial: placeholder.initial,
    };
    v1::StandardQuery {
        id: query.id.to_string(),
        title: query.template.title,
        description: query.template.description,
        database: query.database,
        sql: query.template.sql,
        placeholders: query.template.placeholders.into_iter().map(placeholder).collect(),
        changed_at: Some(timestamp(query.changed_at)),
    }
}
