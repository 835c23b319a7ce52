//! The library of standard queries: the RDBM keeps it, everybody with access to the database reads it.

use coffer_proto::common::v1::Caller;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{
    DeleteStandardQuery, GetStandardQuery, ListStandardQueries, Placeholder, SaveStandardQuery, StandardQuery,
};
use coffer_types::{Role, StandardQueryId};

use crate::world::{World, person, research_database, stop};

const NOTES: &str = "create table note (rid text primary key, body text)";

fn query(title: &str, sql: &str, placeholders: &[(&str, &str)]) -> StandardQuery {
    let placeholder = |(name, kind): &(&str, &str)| Placeholder {
        name: (*name).to_owned(),
        kind: (*kind).to_owned(),
        label: "Shortest".to_owned(),
        initial: String::new(),
    };
    StandardQuery {
        title: title.to_owned(),
        database: "demo".to_owned(),
        sql: sql.to_owned(),
        placeholders: placeholders.iter().map(placeholder).collect(),
        ..StandardQuery::default()
    }
}

fn save(caller: &Caller, query: StandardQuery) -> SaveStandardQuery {
    SaveStandardQuery { caller: Some(caller.clone()), query: Some(query) }
}

fn get(caller: &Caller, id: &str) -> GetStandardQuery {
    GetStandardQuery { caller: Some(caller.clone()), id: id.to_owned() }
}

fn delete(caller: &Caller, id: &str) -> DeleteStandardQuery {
    DeleteStandardQuery { caller: Some(caller.clone()), id: id.to_owned() }
}

async fn titles(world: &World, caller: &Caller, search: &str) -> Vec<String> {
    let question = ListStandardQueries { caller: Some(caller.clone()), search: search.to_owned() };
    world.ask(question).await.queries.into_iter().map(|query| query.title).collect()
}

const LONG: &str = "select rid from note where length(body) > :n";

#[tokio::test]
async fn the_rdbm_writes_and_everybody_reads() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let (rdbm, jo) = (person("rdbm"), person("researcher"));
    let saved = world.ask(save(&rdbm, query("Long notes", LONG, &[("n", "integer")]))).await;
    world.ask(save(&rdbm, query("all notes", "select rid from note", &[]))).await;
    assert_eq!(titles(&world, &jo, "").await, ["all notes", "Long notes"]);
    assert_eq!(titles(&world, &jo, "LENGTH").await, ["Long notes"]);
    assert_eq!(world.ask(get(&jo, &saved.id)).await, saved);

    let changed = StandardQuery { description: "Notes that say much".to_owned(), ..saved.clone() };
    let changed = world.ask(save(&rdbm, changed)).await;
    assert_eq!(world.ask(get(&jo, &saved.id)).await, changed);
    world.ask(delete(&rdbm, &saved.id)).await;
    let missing = world.refused(get(&jo, &saved.id)).await;
    assert_eq!(missing.code(), Code::NotFound);
    assert_eq!(world.refused(delete(&rdbm, &saved.id)).await, missing);
    assert_eq!(world.refused(save(&rdbm, changed)).await, missing);
    stop(&running).await;
}

#[tokio::test]
async fn nobody_else_writes() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let saved = world.ask(save(&person("rdbm"), query("All", "select rid from note", &[]))).await;
    for role in ["researcher", "clinician", "admin"] {
        let other = person(role);
        assert_eq!(world.refused(save(&other, saved.clone())).await.code(), Code::Forbidden, "{role}");
        assert_eq!(world.refused(delete(&other, &saved.id)).await.code(), Code::Forbidden, "{role}");
    }
    stop(&running).await;
}

#[tokio::test]
async fn a_database_that_one_may_not_use_has_no_queries() {
    let mut world = World::new(NOTES).await;
    let mut closed = research_database("closed", &world.research.url);
    closed.roles = vec![Role::Rdbm];
    world.settings.databases.push(closed);
    let running = world.start().await;
    let secret =
        StandardQuery { database: "closed".to_owned(), ..query("Secret", "select rid from note", &[]) };
    let saved = world.ask(save(&person("rdbm"), secret)).await;
    let jo = person("researcher");
    assert!(titles(&world, &jo, "").await.is_empty());
    let missing = world.refused(get(&jo, &StandardQueryId::new().to_string())).await;
    assert_eq!(world.refused(get(&jo, &saved.id)).await, missing);
    stop(&running).await;
}

#[tokio::test]
async fn placeholders_are_those_of_the_sql() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let rdbm = person("rdbm");
    let faulty = [
        (query("Missing", LONG, &[]), "query.placeholders", "The SQL uses :n"),
        (query("More", "select 1", &[("n", "integer")]), "query.placeholders[0].name", "The SQL has no"),
        (query("Kind", LONG, &[("n", "day")]), "query.placeholders[0].kind", "The type of the parameter n"),
        (query("", "select 1", &[]), "query.title", "Please give"),
        (query("Write", "delete from note", &[]), "query.sql", ""),
        (
            StandardQuery { database: "x".to_owned(), ..query("No", "select 1", &[]) },
            "query.database",
            "There is no",
        ),
    ];
    for (query, field, sentence) in faulty {
        let refusal = world.refused(save(&rdbm, query)).await;
        assert_eq!((refusal.code(), refusal.field.as_str()), (Code::Invalid, field));
        assert!(refusal.message.starts_with(sentence), "{}", refusal.message);
    }
    stop(&running).await;
}
