//! What is refused, what is the same submission again, and what nobody else may see.

use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::{CancelRun, GetRun, ListRunEvents, Parameter, SubmitRun};
use coffer_types::Role;

use crate::world::{SLOW, World, person, stop, submission};

const NOTES: &str = "
    create table note (rid text primary key, body text);
    insert into note values ('R1', 'a'), ('R2', 'b');
    create table refreshed (at text);
    insert into refreshed values ('monday');";

#[tokio::test]
async fn the_gate_stands_before_the_queue() {
    let mut world = World::new(NOTES).await;
    world.settings.databases[0].roles = vec![Role::Researcher];
    let running = world.start().await;
    let researcher = person("researcher");
    for kind in ["rows", "count", "explain"] {
        let refused = world
            .refused(SubmitRun { kind: kind.to_owned(), ..submission(&researcher, "delete from note") })
            .await;
        assert_eq!((refused.code(), refused.field.as_str()), (Code::Invalid, "sql"), "{kind}");
        assert!(refused.message.contains("line 1"), "{}", refused.message);
    }
    let parameters =
        vec![Parameter { name: "n".to_owned(), kind: "integer".to_owned(), value: Some("x".to_owned()) }];
    let refused = world
        .refused(SubmitRun { parameters, ..submission(&researcher, "select rid from note limit :n") })
        .await;
    assert_eq!(refused.field, "parameters[0]");
    let refused =
        world.refused(SubmitRun { kind: "drop".to_owned(), ..submission(&researcher, "select 1") }).await;
    assert_eq!(refused.field, "kind");
    // Neither a database that is not there nor one for others.
    let unknown = SubmitRun { database: "prod".to_owned(), ..submission(&researcher, "select 1") };
    let unknown = world.refused(unknown).await;
    let others = world.refused(submission(&person("clinician"), "select 1")).await;
    assert_eq!((unknown.field.as_str(), &unknown), ("database", &others));
    stop(&running).await;
}

#[tokio::test]
async fn the_same_submission_again_is_the_same_run() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let (researcher, other) = (person("researcher"), person("researcher"));
    let keyed = |caller, sql| SubmitRun { idempotency_key: "once".to_owned(), ..submission(caller, sql) };
    let first = world.ask(keyed(&researcher, "select rid from note")).await;
    assert_eq!(world.ask(keyed(&researcher, "select rid from note")).await.id, first.id);
    let refused = world.refused(keyed(&researcher, "select body from note")).await;
    assert_eq!((refused.code(), refused.field.as_str()), (Code::Conflict, "idempotency_key"));
    assert_ne!(world.ask(keyed(&other, "select rid from note")).await.id, first.id);
    assert_ne!(world.submit(&researcher, "select rid from note").await.id, first.id);
    stop(&running).await;
}

#[tokio::test]
async fn a_stored_result_on_the_same_data_is_an_answer_for_who_wants_it() {
    let mut world = World::new(NOTES).await;
    "select max(at) from refreshed".clone_into(&mut world.settings.databases[0].version_query);
    let running = world.start().await;
    let (researcher, other) = (person("researcher"), person("researcher"));
    let accepting = |caller| SubmitRun { accept_stored: true, ..submission(caller, "select rid from note") };
    let first = world.done(&researcher, "select rid from note").await;
    let again = world.ask(accepting(&researcher)).await;
    assert_eq!((again.id.as_str(), again.state.as_str()), (first.id.as_str(), "done"));
    let others = world.ask(accepting(&other)).await;
    assert_ne!(others.id, first.id, "another's result is nobody's answer");
    world.change("update refreshed set at = 'tuesday'").await;
    assert_ne!(world.ask(accepting(&researcher)).await.id, first.id);
    stop(&running).await;
}

#[tokio::test]
async fn another_users_run_looks_like_one_that_never_was() {
    let world = World::new(NOTES).await;
    let running = world.start().await;
    let (researcher, other) = (person("researcher"), person("admin"));
    let run = world.submit(&researcher, SLOW).await;
    let never = "00000000-0000-7000-8000-000000000000";
    for id in [run.id.as_str(), never, "nonsense"] {
        let (caller, id) = (Some(other.clone()), id.to_owned());
        let refusals = [
            world.refused(GetRun { caller: caller.clone(), id: id.clone() }).await,
            world.refused(ListRunEvents { caller: caller.clone(), id: id.clone(), after: 0 }).await,
            world.refused(CancelRun { caller, id }).await,
        ];
        for refused in refusals {
            assert_eq!((refused.code(), refused.message.as_str()), (Code::NotFound, "There is no such run."));
        }
    }
    world.cancel(&researcher, &run.id).await;
    world.wait_for(&researcher, &run.id, "cancelled").await;
    stop(&running).await;
}
