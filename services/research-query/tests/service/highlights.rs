//! Highlights: each person has their own.

use coffer_proto::common::v1::Caller;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{DeleteHighlight, Highlight, ListHighlights, SaveHighlight};
use coffer_store::{Keyring, Place};
use coffer_types::HighlightId;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::world::{World, person, stop};

fn plain(pattern: &str) -> Highlight {
    Highlight {
        pattern: pattern.to_owned(),
        colour: "yellow".to_owned(),
        active: true,
        ..Highlight::default()
    }
}

fn save(caller: &Caller, highlight: Highlight) -> SaveHighlight {
    SaveHighlight { caller: Some(caller.clone()), highlight: Some(highlight) }
}

fn delete(caller: &Caller, id: &str) -> DeleteHighlight {
    DeleteHighlight { caller: Some(caller.clone()), id: id.to_owned() }
}

async fn list(world: &World, caller: &Caller) -> Vec<Highlight> {
    world.ask(ListHighlights { caller: Some(caller.clone()) }).await.highlights
}

#[tokio::test]
async fn highlights_are_kept_in_their_order_and_changed_in_place() {
    let world = World::new("").await;
    let running = world.start().await;
    let jo = person("researcher");
    let first = world.ask(save(&jo, plain("low mood"))).await;
    let symptom = Highlight {
        label: "Sleep".to_owned(),
        is_regex: true,
        colour: "teal".to_owned(),
        active: false,
        ..plain(r"sleep\w*")
    };
    let second = world.ask(save(&jo, symptom.clone())).await;
    assert_eq!(first.label, "low mood");
    assert_eq!(second, Highlight { id: second.id.clone(), ..symptom });

    let changed = Highlight { colour: "pink".to_owned(), ..first.clone() };
    assert_eq!(world.ask(save(&jo, changed.clone())).await, changed);
    assert_eq!(list(&world, &jo).await, [changed, second.clone()]);
    world.ask(delete(&jo, &first.id)).await;
    assert_eq!(list(&world, &jo).await, [second]);
    stop(&running).await;
}

#[tokio::test]
async fn a_fault_names_its_field() {
    let world = World::new("").await;
    let running = world.start().await;
    let jo = person("researcher");
    let faulty = [
        plain(""),
        Highlight { is_regex: true, ..plain("(") },
        plain(&"a".repeat(1_000_000)),
        Highlight { is_regex: true, ..plain(r"(\w{500}){500}") },
        Highlight { colour: "ultraviolet".to_owned(), ..plain("a") },
        Highlight { label: "l".repeat(101), ..plain("a") },
    ];
    let mut fields = Vec::new();
    for highlight in faulty {
        let refusal = world.refused(save(&jo, highlight)).await;
        assert_eq!(refusal.code(), Code::Invalid);
        fields.push(refusal.field);
    }
    let pattern = "highlight.pattern";
    assert_eq!(fields, [pattern, pattern, pattern, pattern, "highlight.colour", "highlight.label"]);
    assert!(list(&world, &jo).await.is_empty());
    stop(&running).await;
}

#[tokio::test]
async fn what_is_anothers_is_not_found() {
    let world = World::new("").await;
    let running = world.start().await;
    let (jo, max) = (person("researcher"), person("admin"));
    let mine = world.ask(save(&jo, plain("low mood"))).await;
    assert!(list(&world, &max).await.is_empty());
    let missing = world.refused(delete(&max, &HighlightId::new().to_string())).await;
    assert_eq!(missing.code(), Code::NotFound);
    assert_eq!(world.refused(delete(&max, &mine.id)).await, missing);
    assert_eq!(world.refused(delete(&max, "42")).await, missing);
    assert_eq!(
        world.refused(save(&max, Highlight { pattern: "mine".to_owned(), ..mine.clone() })).await,
        missing
    );
    assert_eq!(list(&world, &jo).await, [mine]);
    stop(&running).await;
}

#[tokio::test]
async fn there_is_an_end_to_how_many_and_what_they_say_is_sealed() {
    let world = World::new("").await;
    let running = world.start().await;
    let jo = person("researcher");
    world.ask(save(&jo, plain("low mood"))).await;
    let mut own = PgConnection::connect(world.settings.database.url.expose()).await.unwrap();
    let term: Vec<u8> = sqlx::query_scalar("select term from highlight").fetch_one(&mut own).await.unwrap();
    assert!(!String::from_utf8_lossy(&term).contains("mood"));

    fill(&world, &mut own, &jo, 1_999).await;
    assert_eq!(list(&world, &jo).await.len(), 2_000);
    let refusal = world.refused(save(&jo, plain("one more"))).await;
    assert_eq!(refusal.code(), Code::Conflict);
    stop(&running).await;
}

/// Adds highlights that are not active, as the service would.
async fn fill(world: &World, own: &mut PgConnection, caller: &Caller, count: u128) {
    let keyring = Keyring::new(&world.settings.sealing).unwrap();
    let seal = |id: &Uuid| {
        let place = Place { table: "highlight", column: "term", row: *id };
        keyring.seal_json(place, &serde_json::json!({ "label": "", "pattern": "more" })).unwrap()
    };
    let ids: Vec<_> = (1..=count).map(Uuid::from_u128).collect();
    let terms: Vec<_> = ids.iter().map(seal).collect();
    sqlx::query(
        "insert into highlight select id, $3, term, false, 'grey', false, now(), 0
         from unnest($1::uuid[], $2::bytea[]) as more (id, term)",
    )
    .bind(&ids)
    .bind(&terms)
    .bind(caller.user_id.parse::<Uuid>().unwrap())
    .execute(own)
    .await
    .unwrap();
}
