//! Limits: time, rows, bytes, the size of a value.

use crate::world::{SLOW, World, person, stop};

#[tokio::test]
async fn a_run_that_takes_too_long_times_out_and_is_ended() {
    let mut world = World::new("create table note (rid text)").await;
    world.settings.limits.run_seconds = 1;
    let running = world.start().await;
    let researcher = person("researcher");
    let run = world.submit(&researcher, SLOW).await;
    let run = world.wait_for(&researcher, &run.id, "timed_out").await;
    assert_eq!(run.problem, "The query took longer than 1 second, the most that is allowed.");
    assert_eq!(world.sessions("generate_series").await, 0);
    stop(&running).await;
}

#[tokio::test]
async fn a_result_beyond_a_limit_is_refused_whole() {
    let mut world = World::new("create table note (rid text)").await;
    world.settings.databases[0].limits.rows = Some(1_000);
    world.settings.databases[0].limits.cell_bytes = Some(5_000);
    let running = world.start().await;
    let researcher = person("researcher");
    let fits = world.done(&researcher, "select n from generate_series(1, 1000) n").await;
    assert_eq!(fits.rows, 1_000);
    for (sql, part) in [
        ("select n from generate_series(1, 1001) n", "1,000 rows"),
        ("select n from generate_series(1, 5000000) n", "1,000 rows"),
        ("select repeat('x', 5001) as body", "5000 bytes"),
    ] {
        let run = world.submit(&researcher, sql).await;
        let run = world.wait_for(&researcher, &run.id, "failed").await;
        assert!(run.problem.contains(part), "{sql}: {}", run.problem);
        assert!(run.certificate.is_none() && run.columns.is_empty());
        assert_eq!(world.sessions("").await, 0, "{sql}");
    }
    assert_eq!(world.objects().await, 1, "only what is kept is stored");
    stop(&running).await;
}

#[tokio::test]
async fn the_size_of_a_result_has_a_limit() {
    let mut world = World::new("create table note (rid text)").await;
    world.settings.limits.bytes = 1_024 * 1_024;
    let running = world.start().await;
    let researcher = person("researcher");
    let wide = "select md5(n::text) || md5((n + 1)::text) as x from generate_series(1, 400000) n";
    let run = world.submit(&researcher, wide).await;
    let run = world.wait_for(&researcher, &run.id, "failed").await;
    assert!(run.problem.contains("1 MiB"), "{}", run.problem);
    assert_eq!(world.objects().await, 0);
    stop(&running).await;
}
