//! SQL that is written for people, and the structure as a file.

use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{GetSchemaDocument, MadeQuery, MakeTextAnywhere};

use crate::results::rows;
use crate::world::{World, person, stop, submission};

const TABLES: &str = "
    create table note (rid varchar(64), seen_on date, body text, kind varchar(10));
    create table letter (rid varchar(64), title varchar(200));
    create table ward (name text);
    insert into note values ('r1', '2026-01-02', 'Took 100% of her lithium', 'x'), ('r2', null, 'none', 'lithium');
    insert into letter values ('r3', 'About lithium'), ('r1', 'Other');";

async fn world() -> World {
    let mut world = World::new(TABLES).await;
    let demo = &mut world.settings.databases[0];
    "rid".clone_into(&mut demo.rid_column);
    "mrid".clone_into(&mut demo.mrid_column);
    demo.date_columns = vec!["seen_on".to_owned()];
    world
}

fn anywhere(role: &str, fragment: &str) -> MakeTextAnywhere {
    MakeTextAnywhere {
        caller: Some(person(role)),
        database: "demo".to_owned(),
        id_kind: "rid".to_owned(),
        fragment: fragment.to_owned(),
        least_width: 100,
        ..MakeTextAnywhere::default()
    }
}

/// Runs what was made, and gives the first cell of each row.
async fn found(world: &World, made: MadeQuery) -> Vec<String> {
    let jo = person("researcher");
    let mut question = submission(&jo, &made.sql);
    question.parameters = made.parameters;
    let run = world.ask(question).await;
    world.wait_for(&jo, &run.id, "done").await;
    let page = world.ask(rows(&jo, &run.id)).await;
    page.rows.into_iter().map(|row| row.cells[0].text.clone().unwrap()).collect()
}

#[tokio::test]
async fn text_is_found_anywhere_and_what_was_written_runs() {
    let world = world().await;
    let running = world.start().await;
    let made = world.ask(anywhere("clinician", "LITHIUM")).await;
    assert_eq!(made.columns, 2);
    assert_eq!(found(&world, made).await, ["r1", "r3"]);
    let narrow = MakeTextAnywhere { least_width: 0, ..anywhere("rdbm", "lithium") };
    assert_eq!(found(&world, world.ask(narrow).await).await, ["r1", "r2", "r3"]);
    let literal = world.ask(anywhere("researcher", "100%")).await;
    assert_eq!(found(&world, literal).await, ["r1"]);
    let one = MakeTextAnywhere {
        id_value: "r3".to_owned(),
        with_content: true,
        with_date: true,
        ..anywhere("researcher", "lithium")
    };
    assert_eq!(found(&world, world.ask(one).await).await, ["r3"]);
    stop(&running).await;
}

#[tokio::test]
async fn what_cannot_be_written_says_why() {
    let world = world().await;
    let running = world.start().await;
    let base = || anywhere("researcher", "x");
    let faulty = [
        (MakeTextAnywhere { database: "other".to_owned(), ..base() }, Code::Invalid, "database"),
        (MakeTextAnywhere { id_kind: "nhs".to_owned(), ..base() }, Code::Invalid, "id_kind"),
        (MakeTextAnywhere { id_kind: "trid".to_owned(), ..base() }, Code::Invalid, "id_kind"),
        (MakeTextAnywhere { id_kind: "mrid".to_owned(), ..base() }, Code::Invalid, "id_value"),
        (MakeTextAnywhere { fragment: " ".to_owned(), ..base() }, Code::Invalid, "fragment"),
        (
            MakeTextAnywhere { id_kind: "mrid".to_owned(), id_value: "m".to_owned(), ..base() },
            Code::Conflict,
            "",
        ),
        (anywhere("admin", "x"), Code::Forbidden, ""),
    ];
    for (question, code, field) in faulty {
        let refusal = world.refused(question).await;
        assert_eq!((refusal.code(), refusal.field.as_str()), (code, field));
    }
    stop(&running).await;
}

#[tokio::test]
async fn the_structure_is_a_file() {
    let world = world().await;
    let running = world.start().await;
    let document = |format: &str, database: &str| GetSchemaDocument {
        caller: Some(person("researcher")),
        format: format.to_owned(),
        database: database.to_owned(),
    };
    let tsv = world.ask(document("tsv", "demo")).await;
    assert_eq!(tsv.file_name, "coffer_demo_structure.tsv");
    let lines: Vec<_> = String::from_utf8(tsv.content).unwrap().lines().map(ToOwned::to_owned).collect();
    assert_eq!(lines.len(), 8);
    assert!(lines[1].starts_with("public\tletter\t") && lines[1].ends_with("\trid"), "{}", lines[1]);
    assert!(world.ask(document("xlsx", "demo")).await.content.starts_with(b"PK"));
    assert_eq!(world.refused(document("csv", "demo")).await.field, "format");
    assert_eq!(world.refused(document("tsv", "other")).await.code(), Code::NotFound);
    stop(&running).await;
}
