//! The queue: whose turn it is, and how many there may be.

use coffer_proto::common::v1::refusal::Code;

use crate::world::{SLOW, World, person, stop, submission};

#[tokio::test]
async fn many_runs_of_one_user_do_not_hold_up_another() {
    let mut world = World::new("create table note (rid text)").await;
    world.settings.limits.runs_at_once = 1;
    let running = world.start().await;
    let (busy, blocker, quick) = (person("researcher"), person("researcher"), person("researcher"));
    let block = world.submit(&blocker, SLOW).await;
    world.wait_for(&blocker, &block.id, "running").await;
    let mut waiting = Vec::new();
    for _ in 0..4 {
        waiting.push(world.submit(&busy, "select rid from note").await.id);
    }
    let late = world.submit(&quick, "select rid from note").await;
    assert_eq!(late.queue_place, 1, "behind one of the busy user, not behind four");
    assert_eq!(world.run(&busy, &waiting[3]).await.queue_place, 4);
    world.cancel(&blocker, &block.id).await;
    let late = world.wait_for(&quick, &late.id, "done").await;
    let last = world.wait_for(&busy, &waiting[3], "done").await;
    let started = |run: &coffer_proto::query::v1::Run| {
        run.started_at.as_ref().map(|at| (at.seconds, at.nanos)).unwrap()
    };
    let second = world.run(&busy, &waiting[1]).await;
    assert!(started(&late) < started(&second) && started(&second) < started(&last));
    stop(&running).await;
}

#[tokio::test]
async fn one_run_per_user_across_replicas_and_so_many_in_all() {
    let mut world = World::new("create table note (rid text)").await;
    world.settings.limits.runs_in_all = 2;
    let replicas = [world.start().await, world.start().await];
    let people = [person("researcher"), person("researcher"), person("researcher")];
    let mut runs = Vec::new();
    for person in people.iter().chain(&people) {
        runs.push((person.clone(), world.submit(person, SLOW).await.id));
    }
    world.wait_for_sessions("generate_series", 2).await;
    // Four workers had the time to take a third one, or a second one of somebody.
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    assert_eq!(world.sessions("generate_series").await, 2);
    let mut holders = Vec::new();
    for (person, id) in &runs {
        if world.run(person, id).await.state == "running" {
            holders.push(person.user_id.clone());
        }
    }
    assert_eq!(holders.len(), 2);
    assert_ne!(holders[0], holders[1]);
    for (person, id) in &runs {
        world.cancel(person, id).await;
    }
    world.wait_for_sessions("generate_series", 0).await;
    for replica in &replicas {
        stop(replica).await;
    }
}

#[tokio::test]
async fn who_has_too_much_waiting_is_told_so() {
    let mut world = World::new("create table note (rid text)").await;
    world.settings.limits.queued_per_user = 2;
    let running = world.start().await;
    let (busy, other) = (person("researcher"), person("researcher"));
    let block = world.submit(&busy, SLOW).await;
    world.wait_for(&busy, &block.id, "running").await;
    world.submit(&busy, SLOW).await;
    world.submit(&busy, SLOW).await;
    let refused = world.refused(submission(&busy, SLOW)).await;
    assert_eq!(refused.code(), Code::Conflict);
    assert!(refused.message.contains("2 queries waiting"), "{}", refused.message);
    world.submit(&other, "select rid from note").await;
    stop(&running).await;
}
