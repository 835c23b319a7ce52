//! Mail scanners fetch links, and people click twice: neither makes a difference.

use coffer_demo::Case;
use coffer_proto::common::v1::refusal::Code;

use crate::postbox::{Postbox, ask_clinician, given, open, send, wait_for_state};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_looks_change_nothing() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (_, token) = ask_clinician(&world, &postbox, Case::Yellow).await;
    let before = digest(&world).await;
    for _ in 0..20 {
        let looks = (0..50).map(|_| open(&world, &token));
        assert!(futures::future::join_all(looks).await.iter().all(|page| page.state == "open"));
    }
    assert_eq!(digest(&world).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_answers_at_once_are_one() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (_, token) = ask_clinician(&world, &postbox, Case::Yellow).await;
    let nonce = open(&world, &token).await.nonce;
    let answers: Vec<_> = (0..100).map(|n| given(&token, &nonce, ["R", "A", "B"][n % 3])).collect();
    let sent = futures::future::join_all(answers.iter().map(|answer| send(&world, answer))).await;
    assert_eq!(sent.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(sent.iter().filter_map(|answer| answer.as_ref().err()).all(|no| no.code() == Code::Conflict));
    assert_eq!(count(&world, "SELECT count(*) FROM charity").await, 1);
    let steps = "SELECT count(*) FROM transitions WHERE from_state = 'clinician_asked'";
    assert_eq!(count(&world, steps).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_times_r_make_one_letter() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, token) = ask_clinician(&world, &postbox, Case::Yellow).await;
    let nonce = open(&world, &token).await.nonce;
    let yes = given(&token, &nonce, "R");
    let sent = futures::future::join_all((0..100).map(|_| send(&world, &yes))).await;
    assert_eq!(sent.iter().filter(|answer| answer.is_ok()).count(), 1);
    let detail = wait_for_state(&world, &id, "pack_ready").await;
    assert_eq!(detail.letters.len(), 1);
    assert_eq!(count(&world, "SELECT count(*) FROM letters").await, 1);
    assert_eq!(count(&world, "SELECT count(*) FROM patient_responses").await, 1);
}

async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&world.pool).await.unwrap()
}

/// A hash over every row of the service's tables, messages included.
async fn digest(world: &World) -> String {
    sqlx::query_scalar(
        "SELECT md5(concat_ws('/',
            (SELECT string_agg(t::text, ',' ORDER BY t::text) FROM contact_requests t),
            (SELECT string_agg(t::text, ',' ORDER BY t::text) FROM clinician_questions t),
            (SELECT string_agg(t::text, ',' ORDER BY t::text) FROM transitions t),
            (SELECT string_agg(t::text, ',' ORDER BY t::text) FROM consent_modes t),
            (SELECT string_agg(t::text, ',' ORDER BY t::text) FROM patients t),
            (SELECT string_agg(t::text, ',' ORDER BY t::text) FROM reservations t),
            (SELECT string_agg(t::text, ',' ORDER BY t::text) FROM identity_views t),
            (SELECT last_value FROM outbox_id_seq)))",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap()
}
