//! Saved queries: versions, search, and each person has their own.

use coffer_proto::common::v1::Caller;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{
    DeleteSavedQuery, GetSavedQuery, ListSavedQueries, Parameter, SaveQuery, SavedQuery, SavedQueryDetail,
    SubmitRun,
};
use coffer_types::SavedQueryId;
use sqlx::{Connection, PgConnection};

use crate::world::{World, person, stop, submission};

const NOTES: &str = "create table note (rid text primary key, body text)";

fn query(name: &str, sql: &str) -> SavedQuery {
    SavedQuery {
        name: name.to_owned(),
        database: "demo".to_owned(),
        sql: sql.to_owned(),
        ..SavedQuery::default()
    }
}

fn save(caller: &Caller, query: SavedQuery) -> SaveQuery {
    SaveQuery { caller: Some(caller.clone()), query: Some(query) }
}

fn get(caller: &Caller, id: &str) -> GetSavedQuery {
    GetSavedQuery { caller: Some(caller.clone()), id: id.to_owned() }
}

fn delete(caller: &Caller, id: &str) -> DeleteSavedQuery {
    DeleteSavedQuery { caller: Some(caller.clone()), id: id.to_owned() }
}

async fn names(world: &World, caller: &Caller, search: &str) -> Vec<String> {
    let question = ListSavedQueries { caller: Some(caller.clone()), search: search.to_owned(), page: None };
    let list = world.ask(question).await;
    assert_eq!(usize::try_from(list.total).unwrap(), list.queries.len());
    list.queries.into_iter().map(|query| query.name).collect()
}

#[tokio::test]
async fn only_sql_and_parameters_make_a_version() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let jo = person("researcher");
    let since = Parameter { name: "n".to_owned(), kind: "integer".to_owned(), value: Some("7".to_owned()) };
    let sql = "select rid from note where length(body) > :n";
    let first = SavedQuery { parameters: vec![since.clone()], ..query("Long notes", sql) };
    let saved = world.ask(save(&jo, first)).await;
    assert_eq!((saved.version, saved.name.as_str()), (1, "Long notes"));

    let named = SavedQuery { name: "Longer".to_owned(), note: "For Jo".to_owned(), ..saved.clone() };
    let named = world.ask(save(&jo, SavedQuery { tags: vec!["mood".to_owned()], ..named })).await;
    assert_eq!((named.version, named.note.as_str(), named.tags.len()), (1, "For Jo", 1));
    let none = Parameter { value: None, ..since.clone() };
    let changed = world.ask(save(&jo, SavedQuery { parameters: vec![none.clone()], ..named.clone() })).await;
    assert_eq!(changed.version, 2);
    let changed = world.ask(save(&jo, SavedQuery { sql: format!("{sql} + 1"), ..changed })).await;
    assert_eq!(changed.version, 3);

    let SavedQueryDetail { query, versions } = world.ask(get(&jo, &saved.id)).await;
    assert_eq!(query.unwrap(), changed);
    let versions: Vec<_> = versions.into_iter().map(|it| (it.version, it.sql, it.parameters)).collect();
    let expected = [
        (3, format!("{sql} + 1"), vec![none.clone()]),
        (2, sql.to_owned(), vec![none]),
        (1, sql.to_owned(), vec![since]),
    ];
    assert_eq!(versions, expected);
    stop(&running).await;
}

#[tokio::test]
async fn the_list_is_searched_everywhere_and_the_last_change_comes_first() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let jo = person("researcher");
    let mood = world.ask(save(&jo, query("Mood", "select body from note"))).await;
    let tagged = SavedQuery {
        tags: vec!["Sleep".to_owned()],
        note: "cohort B".to_owned(),
        ..query("Two", "select 2")
    };
    world.ask(save(&jo, tagged)).await;
    let long = format!("select '{}' as \"ä\"", "ä".repeat(5_000));
    world.ask(save(&jo, query("Long", &long))).await;
    assert_eq!(names(&world, &jo, "").await, ["Long", "Two", "Mood"]);
    world.ask(save(&jo, mood.clone())).await;
    assert_eq!(names(&world, &jo, "").await, ["Mood", "Long", "Two"]);
    for (search, found) in [("MOOD", "Mood"), ("sleep", "Two"), ("Cohort", "Two"), ("from note", "Mood")] {
        assert_eq!(names(&world, &jo, search).await, [found], "{search}");
    }
    let listed =
        world.ask(ListSavedQueries { caller: Some(jo.clone()), ..ListSavedQueries::default() }).await;
    let shortened = &listed.queries[1].sql;
    assert!(shortened.starts_with("select 'ää") && shortened.len() < 5_000 && shortened.ends_with("..."));
    world.ask(delete(&jo, &mood.id)).await;
    assert_eq!(names(&world, &jo, "").await, ["Long", "Two"]);
    stop(&running).await;
}

#[tokio::test]
async fn a_saved_query_knows_its_newest_run() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let (jo, max) = (person("researcher"), person("researcher"));
    let saved = world.ask(save(&jo, query("Notes", "select rid from note"))).await;
    assert_eq!(saved.last_run, None);
    let of_saved =
        |caller: &Caller| SubmitRun { saved_query_id: saved.id.clone(), ..submission(caller, "select 1") };
    let first = world.ask(of_saved(&jo)).await;
    world.wait_for(&jo, &first.id, "done").await;
    let second = world.ask(of_saved(&jo)).await;
    world.wait_for(&jo, &second.id, "done").await;
    let _ = world.try_ask(&of_saved(&max)).await;
    world.done(&jo, "select 2").await;
    let detail = world.ask(get(&jo, &saved.id)).await;
    assert_eq!(detail.query.unwrap().last_run.unwrap().id, second.id);
    let list = world.ask(ListSavedQueries { caller: Some(jo.clone()), ..ListSavedQueries::default() }).await;
    assert_eq!(list.queries[0].last_run.as_ref().unwrap().id, second.id);
    stop(&running).await;
}

#[tokio::test]
async fn a_query_that_may_not_run_is_not_kept() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let jo = person("researcher");
    let wrong_kind = Parameter { name: "n".to_owned(), kind: "day".to_owned(), value: None };
    let faulty = [
        query(" ", "select 1"),
        query("Delete", "delete from note"),
        query("Unbound", "select rid from note where length(body) > :n"),
        query("Huge", &format!("select 1 {}", " ".repeat(200_000))),
        SavedQuery { parameters: vec![wrong_kind], ..query("Kind", "select :n") },
        SavedQuery { database: "other".to_owned(), ..query("Where", "select 1") },
        SavedQuery { tags: vec!["t".repeat(51)], ..query("Tag", "select 1") },
    ];
    let mut fields = Vec::new();
    for query in faulty {
        let refusal = world.refused(save(&jo, query)).await;
        assert_eq!(refusal.code(), Code::Invalid);
        fields.push(refusal.field);
    }
    let expected = [
        "query.name",
        "query.sql",
        "query.sql",
        "query.sql",
        "query.parameters[0]",
        "query.database",
        "query.tags",
    ];
    assert_eq!(fields, expected);
    assert!(names(&world, &jo, "").await.is_empty());
    stop(&running).await;
}

#[tokio::test]
async fn what_is_anothers_is_not_found() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let (jo, max) = (person("researcher"), person("rdbm"));
    let mine = world.ask(save(&jo, query("Mine", "select rid from note"))).await;
    let missing = world.refused(get(&max, &SavedQueryId::new().to_string())).await;
    assert_eq!(missing.code(), Code::NotFound);
    assert_eq!(world.refused(get(&max, &mine.id)).await, missing);
    assert_eq!(world.refused(get(&max, "42")).await, missing);
    assert_eq!(
        world.refused(save(&max, SavedQuery { name: "Yours".to_owned(), ..mine.clone() })).await,
        missing
    );
    assert_eq!(world.refused(delete(&max, &mine.id)).await, missing);
    assert!(names(&world, &max, "").await.is_empty());
    assert_eq!(names(&world, &jo, "").await, ["Mine"]);

    world.ask(delete(&jo, &mine.id)).await;
    assert_eq!(world.refused(get(&jo, &mine.id)).await, missing);
    assert_eq!(world.refused(delete(&jo, &mine.id)).await, missing);
    assert_eq!(world.refused(save(&jo, mine)).await, missing);
    stop(&running).await;
}

#[tokio::test]
async fn nothing_of_a_query_stands_in_clear_text_and_versions_stay() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let jo = person("researcher");
    let telling = SavedQuery { note: "about Zebedee".to_owned(), ..query("Zebedee", "select 'Zebedee'") };
    world.ask(save(&jo, telling)).await;
    let mut own = PgConnection::connect(world.settings.database.url.expose()).await.unwrap();
    let rows =
        "select q::text || v::text from saved_query q join saved_query_version v on v.saved_query_id = q.id";
    let row: String = sqlx::query_scalar(rows).fetch_one(&mut own).await.unwrap();
    assert!(!row.contains("Zebedee") && !row.contains(&hex::encode("Zebedee")), "{row}");
    let error = sqlx::query("delete from saved_query_version").execute(&mut own).await.unwrap_err();
    assert!(error.to_string().contains("append-only"));
    stop(&running).await;
}
