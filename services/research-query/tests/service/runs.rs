//! A run from its submission to its stored result.

use coffer_proto::common::v1::Page;
use coffer_proto::query::v1::{ListRunEvents, ListRuns, Parameter, SubmitRun};

use crate::world::{World, person, stop, submission};

const NOTES: &str = "
    create table note (rid text primary key, body text, score integer);
    insert into note select 'R' || n, 'note ' || n, n % 10 from generate_series(1, 2500) n;
    create table refreshed (at text);
    insert into refreshed values ('monday');";

#[tokio::test]
async fn a_query_becomes_a_stored_result_with_its_certificate() {
    let mut world = World::new(NOTES).await;
    "rid".clone_into(&mut world.settings.databases[0].rid_column);
    "select max(at) from refreshed".clone_into(&mut world.settings.databases[0].version_query);
    let running = world.start().await;
    let researcher = person("researcher");

    let question = SubmitRun {
        parameters: vec![Parameter {
            name: "least".to_owned(),
            kind: "integer".to_owned(),
            value: Some("5".to_owned()),
        }],
        ..submission(&researcher, "select rid, body, null::text as nothing from note where score >= :least")
    };
    let submitted = world.ask(question).await;
    assert_eq!((submitted.state.as_str(), submitted.kind.as_str()), ("queued", "rows"));
    let run = world.wait_for(&researcher, &submitted.id, "done").await;
    assert_eq!(run.rows, 1250);
    assert!(run.bytes > 0);
    let columns: Vec<_> =
        run.columns.iter().map(|it| (it.name.as_str(), it.people.as_str(), it.empty)).collect();
    assert_eq!(columns, [("rid", "rid", false), ("body", "", false), ("nothing", "", true)]);
    let certificate = run.certificate.unwrap();
    assert_eq!((certificate.id.as_str(), certificate.rows), (run.id.as_str(), 1250));
    assert_eq!((certificate.data_version.as_str(), certificate.sha256.len()), ("monday", 64));
    assert!(certificate.sql.contains("$1"), "{}", certificate.sql);
    assert_eq!(certificate.parameters[0].value.as_deref(), Some("5"));
    assert!(run.kept_until.unwrap().seconds - run.ended_at.unwrap().seconds == 30 * 24 * 3600);
    assert_eq!(world.events(&researcher, &run.id).await, ["queued", "running", "done"]);
    assert_eq!(world.sessions("").await, 0);
    stop(&running).await;
}

#[tokio::test]
async fn a_count_and_an_explanation_are_stored_results_too() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let researcher = person("researcher");
    for (kind, columns) in [("count", ["rows"]), ("explain", ["QUERY PLAN"])] {
        let question = SubmitRun { kind: kind.to_owned(), ..submission(&researcher, "select rid from note") };
        let run = world.ask(question).await;
        let run = world.wait_for(&researcher, &run.id, "done").await;
        assert_eq!(run.rows, 1, "{kind}");
        assert_eq!(run.columns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), columns);
    }
    stop(&running).await;
}

#[tokio::test]
async fn a_query_that_the_database_refuses_fails_with_its_words() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let researcher = person("researcher");
    let run = world.submit(&researcher, "select 1 / (score - score) from note").await;
    let run = world.wait_for(&researcher, &run.id, "failed").await;
    assert!(run.problem.contains("ivision by zero"), "{}", run.problem);
    let question = ListRunEvents { caller: Some(researcher.clone()), id: run.id.clone(), after: 2 };
    let events = world.ask(question).await.events;
    assert_eq!((events.len(), events[0].number), (1, 3));
    assert_eq!(events[0].problem, run.problem);
    stop(&running).await;
}

#[tokio::test]
async fn a_database_that_is_down_fails_the_run_and_not_the_service() {
    let mut world = World::new(NOTES).await;
    world.settings.databases[0].url = "postgres://reader@127.0.0.1:9/none".into();
    let running = world.start().await;
    let researcher = person("researcher");
    let run = world.submit(&researcher, "select rid from note").await;
    let run = world.wait_for(&researcher, &run.id, "failed").await;
    assert_eq!(run.problem, "This database cannot be reached at the moment.");
    stop(&running).await;
}

#[tokio::test]
async fn lists_hold_the_own_runs_and_can_be_searched() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let (researcher, other, admin) = (person("researcher"), person("researcher"), person("admin"));
    let first = world.done(&researcher, "select rid from note where score = 1").await;
    let second = world.done(&researcher, "select BODY from note").await;
    world.done(&other, "select body from note").await;
    let list = |caller, search: &str| ListRuns {
        caller: Some(caller),
        search: search.to_owned(),
        ..ListRuns::default()
    };
    let ids =
        |runs: Vec<coffer_proto::query::v1::Run>| runs.into_iter().map(|run| run.id).collect::<Vec<_>>();
    let own = world.ask(list(researcher.clone(), "")).await;
    assert_eq!(own.total, 2);
    assert_eq!(ids(own.runs), [second.id.clone(), first.id.clone()]);
    assert_eq!(ids(world.ask(list(researcher.clone(), " body ")).await.runs), [second.id.as_str()]);
    let page = Some(Page { offset: 1, limit: 1 });
    assert_eq!(ids(world.ask(ListRuns { page, ..list(researcher.clone(), "") }).await.runs), [first.id]);
    assert_eq!(world.ask(ListRuns { everybody: true, ..list(admin, "") }).await.total, 3);
    assert_eq!(
        world.refused(ListRuns { everybody: true, ..list(researcher.clone(), "") }).await.message,
        "Only administrators see the runs of everybody."
    );
    let failed = ListRuns { state: "failed".to_owned(), ..list(researcher, "") };
    assert_eq!(world.ask(failed).await.total, 0);
    stop(&running).await;
}

#[tokio::test]
async fn data_that_changed_since_is_told() {
    let mut world = World::new(NOTES).await;
    "select max(at) from refreshed".clone_into(&mut world.settings.databases[0].version_query);
    world.settings.schema.refresh_seconds = 1;
    let running = world.start().await;
    let researcher = person("researcher");
    let run = world.done(&researcher, "select rid from note").await;
    assert!(!run.data_changed);
    world.change("update refreshed set at = 'tuesday'").await;
    for _ in 0..100 {
        if world.run(&researcher, &run.id).await.data_changed {
            stop(&running).await;
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nobody was told that the data changed");
}
