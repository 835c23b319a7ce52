//! Databases and their structure.

use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{ListSchema, RefreshSchema};
use coffer_types::Role;

use crate::world::{World, person, research_database, stop};

fn question(role: &str) -> ListSchema {
    ListSchema { caller: Some(person(role)), with_tables_of: "demo".to_owned() }
}

#[tokio::test]
async fn a_researcher_sees_the_databases_and_which_is_down() {
    let mut world = World::new("create table note (rid text primary key)").await;
    world.settings.databases.push(research_database("down", "postgres://reader@127.0.0.1:9/none"));
    "rid".clone_into(&mut world.settings.databases[0].rid_column);
    let running = world.start().await;

    let databases = world.ask(question("researcher")).await.databases;
    assert!(databases[0].available);
    assert_eq!(databases[0].tables[0].name, "note");
    assert!(databases[1].tables.is_empty(), "only one comes with its tables");
    assert_eq!(databases[0].tables[0].columns[0].people, "rid");
    assert!(!databases[1].available);
    assert_eq!(databases[1].problem, "This database cannot be reached at the moment.");

    assert_eq!(world.refused(question("patient")).await.code(), Code::Forbidden);
    stop(&running).await;
}

#[tokio::test]
async fn a_database_that_is_not_for_the_role_is_not_there() {
    let mut world = World::new("create table note (rid text primary key)").await;
    world.settings.databases[0].roles = vec![Role::Admin];
    let running = world.start().await;

    assert!(world.ask(question("researcher")).await.databases.is_empty());
    assert_eq!(world.ask(question("admin")).await.databases.len(), 1);
    stop(&running).await;
}

#[tokio::test]
async fn those_who_run_the_site_read_the_structure_again_and_see_warnings() {
    let mut world = World::new("create table note (rid text primary key)").await;
    world.settings.databases.push(research_database("down", "postgres://reader@127.0.0.1:9/none"));
    let running = world.start().await;
    world.change("create table score (rid text)").await;
    let refresh = |role: &str| RefreshSchema { caller: Some(person(role)) };
    assert_eq!(world.refused(refresh("researcher")).await.code(), Code::Forbidden);
    let databases = world.ask(refresh("rdbm")).await.databases;
    assert_eq!(databases[0].table_count, 2);
    assert!(!databases[0].warning.is_empty(), "tests use the superuser");
    assert!(world.ask(question("researcher")).await.databases[0].warning.is_empty());
    stop(&running).await;
}
