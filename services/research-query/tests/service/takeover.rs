//! Workers that vanish, or stop before the end.

use std::time::Duration;

use coffer_proto::query::v1::Run;

use crate::world::{SLOW, World, person, stop};

async fn running_run(world: &World, caller: &coffer_proto::common::v1::Caller) -> Run {
    let run = world.submit(caller, SLOW).await;
    world.wait_for_sessions("generate_series", 1).await;
    run
}

#[tokio::test]
async fn the_run_of_a_killed_worker_is_taken_over() {
    let world = World::new("create table note (rid text)").await;
    let researcher = person("researcher");
    let killed = world.start().await;
    let run = running_run(&world, &researcher).await;
    killed.shutdown.now();
    let running = world.start().await;
    world.lapse(&run.id).await;
    for _ in 0..400 {
        if world.events(&researcher, &run.id).await == ["queued", "running", "taken_over", "running"] {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world.wait_for_sessions("generate_series", 1).await;
    world.cancel(&researcher, &run.id).await;
    world.wait_for(&researcher, &run.id, "cancelled").await;
    assert_eq!(
        world.events(&researcher, &run.id).await,
        ["queued", "running", "taken_over", "running", "cancelled"]
    );
    stop(&running).await;
}

#[tokio::test]
async fn a_worker_that_lost_its_run_leaves_no_result_and_no_query() {
    let world = World::new("create table note (rid text)").await;
    let researcher = person("researcher");
    let running = world.start().await;
    let run = running_run(&world, &researcher).await;
    // As if its holder had been silent for long: the next to look takes it over, the holder is still at it.
    world.steal(&run.id).await;
    world.wait_for_sessions("generate_series", 0).await;
    let run = world.run(&researcher, &run.id).await;
    assert_eq!(run.state, "running", "it belongs to the thief, who has not said anything yet");
    stop(&running).await;
}

#[tokio::test]
async fn the_third_vanished_worker_is_the_last() {
    let world = World::new("create table note (rid text)").await;
    let researcher = person("researcher");
    let running = world.start().await;
    let run = running_run(&world, &researcher).await;
    for losses in 1..=3 {
        world.wait_for(&researcher, &run.id, "running").await;
        world.orphan(&run.id).await;
        world.wait_for_losses(&run.id, losses).await;
    }
    let run = world.wait_for(&researcher, &run.id, "failed").await;
    assert!(run.problem.contains("three times"), "{}", run.problem);
    world.wait_for_sessions("generate_series", 0).await;
    stop(&running).await;
}

#[tokio::test]
async fn a_service_that_stops_gives_its_runs_back() {
    let world = World::new("create table note (rid text)").await;
    let researcher = person("researcher");
    let stopping = world.start().await;
    let run = running_run(&world, &researcher).await;
    stopping.shutdown.start();
    world.wait_for_sessions("generate_series", 0).await;
    let running = world.start().await;
    world.wait_for_sessions("generate_series", 1).await;
    assert_eq!(world.events(&researcher, &run.id).await, ["queued", "running", "queued", "running"]);
    world.cancel(&researcher, &run.id).await;
    world.wait_for(&researcher, &run.id, "cancelled").await;
    stop(&running).await;
}
