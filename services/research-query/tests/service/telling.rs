//! What runs tell others: progress for open pages, facts for other services.

use std::time::Duration;

use coffer_proto::query::v1::{RunEnded, RunProgress};
use futures::StreamExt as _;
use prost::Message as _;

use crate::world::{SLOW, World, person, stop};

#[tokio::test]
async fn progress_is_told_from_the_queue_to_the_end() {
    let world = World::new("create table note (rid text)").await;
    let running = world.start().await;
    let (researcher, other) = (person("researcher"), person("researcher"));
    let block = world.submit(&researcher, SLOW).await;
    world.wait_for(&researcher, &block.id, "running").await;
    let run = world.submit(&researcher, "select n, md5(n::text) from generate_series(1, 300000) n").await;
    let mut progress = world.asker.watch(&format!("coffer.live.research-query.{}", run.id)).await.unwrap();
    world.done(&other, "select rid from note").await;
    world.cancel(&researcher, &block.id).await;
    let mut told = Vec::new();
    let all = async {
        while let Some(notice) = progress.next().await {
            let progress = RunProgress::decode(notice.body).unwrap();
            let is_end = progress.state == "done";
            told.push(progress);
            if is_end {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.unwrap();
    let states: Vec<_> = told.iter().map(|progress| progress.state.as_str()).collect();
    assert!(states.contains(&"queued") && states.contains(&"running"), "{states:?}");
    let last = told.last().unwrap();
    assert_eq!((last.rows, last.number), (300_000, 3));
    assert!(last.bytes > 0 && last.elapsed_ms > 0);
    assert!(told.iter().any(|it| it.state == "running" && it.rows > 0 && it.number == 2), "{told:?}");
    stop(&running).await;
}

#[tokio::test]
async fn the_end_is_a_fact() {
    let world = World::new("create table note (rid text)").await;
    let running = world.start().await;
    let researcher = person("researcher");
    let mut facts = world.asker.watch("coffer.evt.research-query.run.ended.v1.*").await.unwrap();
    let run = world.done(&researcher, "select n from generate_series(1, 10) n").await;
    let fact = tokio::time::timeout(Duration::from_secs(10), facts.next()).await.unwrap().unwrap();
    let ended = RunEnded::decode(fact.body).unwrap();
    assert_eq!((ended.run_id, ended.user_id), (run.id, researcher.user_id));
    assert_eq!((ended.state.as_str(), ended.rows, ended.bytes), ("done", 10, run.bytes));
    stop(&running).await;
}

#[tokio::test]
async fn an_old_result_is_deleted_and_its_run_stays() {
    let world = World::new("create table note (rid text)").await;
    let running = world.start().await;
    let researcher = person("researcher");
    let old = world.done(&researcher, "select 1 as one").await;
    let fresh = world.done(&researcher, "select 2 as two").await;
    assert_eq!(world.objects().await, 2);
    stop(&running).await;
    world.outdate(&old.id).await;
    let running = world.start().await;
    for _ in 0..200 {
        if world.run(&researcher, &old.id).await.result_gone {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let gone = world.run(&researcher, &old.id).await;
    assert!(gone.result_gone && gone.certificate.is_some(), "the history keeps what it was");
    assert!(!world.run(&researcher, &fresh.id).await.result_gone);
    assert_eq!(world.objects().await, 1);
    stop(&running).await;
}
