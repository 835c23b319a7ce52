//! Cancelling, at any stage.

use std::time::{Duration, Instant};

use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::CancelRun;

use crate::world::{SLOW, World, person, stop};

/// So soon no session may be left.
const SOON: Duration = Duration::from_secs(2);

#[tokio::test]
async fn what_runs_is_ended_in_the_database_whichever_replica_is_asked() {
    let world = World::new("create table note (rid text)").await;
    let replicas = [world.start().await, world.start().await];
    let researcher = person("researcher");
    // Several times: either replica may be asked, and either may run it.
    for _ in 0..3 {
        let run = world.submit(&researcher, SLOW).await;
        world.wait_for_sessions("generate_series", 1).await;
        let begun = Instant::now();
        let cancelled = world.cancel(&researcher, &run.id).await;
        assert!(cancelled.cancelling || cancelled.state == "cancelled");
        world.wait_for_sessions("generate_series", 0).await;
        let run = world.wait_for(&researcher, &run.id, "cancelled").await;
        assert!(begun.elapsed() < SOON, "it took {:?}", begun.elapsed());
        assert_eq!(run.problem, "You cancelled this query.");
        assert!(run.certificate.is_none());
    }
    for replica in &replicas {
        stop(replica).await;
    }
}

#[tokio::test]
async fn what_waits_never_reaches_the_database_and_what_ended_stays() {
    let world = World::new("create table note (rid text)").await;
    let running = world.start().await;
    let researcher = person("researcher");
    let block = world.submit(&researcher, SLOW).await;
    world.wait_for(&researcher, &block.id, "running").await;
    let run = world.submit(&researcher, "select rid from note").await;
    let cancelled = world.cancel(&researcher, &run.id).await;
    assert_eq!((cancelled.state.as_str(), cancelled.queue_place), ("cancelled", 0));
    assert_eq!(world.events(&researcher, &run.id).await, ["queued", "cancelled"]);
    let again = CancelRun { caller: Some(researcher.clone()), id: run.id.clone() };
    assert_eq!(world.refused(again).await.code(), Code::Conflict);
    world.cancel(&researcher, &block.id).await;
    world.wait_for(&researcher, &block.id, "cancelled").await;
    stop(&running).await;
}

#[tokio::test]
async fn a_run_that_waits_for_a_lock_is_cancelled_too() {
    let mut world = World::new("create table note (rid text)").await;
    world.settings.limits.lock_seconds = 60;
    let running = world.start().await;
    let researcher = person("researcher");
    let lock = world.lock_table("note").await;
    let run = world.submit(&researcher, "select rid from note").await;
    world.wait_for(&researcher, &run.id, "running").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = Instant::now();
    world.cancel(&researcher, &run.id).await;
    world.wait_for(&researcher, &run.id, "cancelled").await;
    world.wait_for_sessions("", 0).await;
    assert!(begun.elapsed() < SOON, "it took {:?}", begun.elapsed());
    drop(lock);
    stop(&running).await;
}
