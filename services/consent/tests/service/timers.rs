//! Nobody answers: what happens on the seventh, fourteenth, twenty-first, thirtieth and ninetieth day.

use std::sync::Arc;

use chrono::TimeDelta;
use coffer_consent::app::App;
use coffer_consent::handlers::timers;
use coffer_consent::service;
use coffer_demo::Case;
use coffer_runtime::Context;
use coffer_types::{Clock, FixedClock, SystemClock};

use crate::clinical_record;
use crate::postbox::{Postbox, answer, ask_clinician, open, state_of, token, wait_for_state};
use crate::world::World;

/// A second instance of the service whose clock stands some days later.
fn days_later(world: &World, days: i64) -> App {
    let clock = FixedClock::at(SystemClock.now() + TimeDelta::days(days) + TimeDelta::minutes(1));
    let context = Context::for_test(Arc::new(clock));
    service::app(world.settings.clone(), world.pool.clone(), &world.bus, &context).unwrap()
}

async fn on_day(world: &World, days: i64) {
    timers::run(&days_later(world, days)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_clinician_is_reminded_then_reported_then_given_up() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, first) = ask_clinician(&world, &postbox, Case::Yellow).await;
    on_day(&world, 6).await;
    assert_eq!(state_of(&world.seen_by("rdbm", &id).await), "clinician_asked");

    on_day(&world, 7).await;
    let reminder = postbox.wait_for("clinician_reminder", &id, 1).await;
    assert_eq!(open(&world, &first).await.state, "replaced");
    assert_eq!(open(&world, &token(&reminder)).await.state, "open");
    assert_eq!(state_of(&world.seen_by("rdbm", &id).await), "reminded");
    on_day(&world, 8).await;
    on_day(&world, 14).await;
    postbox.wait_for("clinician_reminder", &id, 2).await;
    on_day(&world, 21).await;
    on_day(&world, 22).await;
    let notice = postbox.wait_for("rdbm_notice", &id, 1).await;
    assert!(notice.subject.contains("does not answer"), "{}", notice.subject);

    on_day(&world, 30).await;
    wait_for_state(&world, &id, "expired").await;
    on_day(&world, 31).await;
    postbox.wait_for("rdbm_notice", &id, 2).await;
    let [reminders, notices] = ["clinician_reminder", "rdbm_notice"].map(|kind| postbox.of(kind, &id).len());
    assert_eq!((reminders, notices), (2, 2));
    assert_eq!(open(&world, &token(&postbox.of("clinician_reminder", &id)[1])).await.state, "expired");
    let reserved: i64 = sqlx::query_scalar("SELECT count(*) FROM reservations WHERE state = 'reserved'")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(reserved, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_side_by_side_remind_once() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, _) = ask_clinician(&world, &postbox, Case::Yellow).await;
    let instances: Vec<App> = (0..6).map(|_| days_later(&world, 7)).collect();
    futures::future::join_all(instances.iter().map(timers::run)).await;
    postbox.wait_for("clinician_reminder", &id, 1).await;
    let questions: i64 =
        sqlx::query_scalar("SELECT count(*) FROM clinician_questions").fetch_one(&world.pool).await.unwrap();
    assert_eq!(questions, 2, "the first and one reminder");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminders_link_answers_and_ends_the_waiting() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, _) = ask_clinician(&world, &postbox, Case::Yellow).await;
    on_day(&world, 7).await;
    let link = token(&postbox.wait_for("clinician_reminder", &id, 1).await);
    answer(&world, &link, "B").await.unwrap();
    on_day(&world, 40).await;
    assert_eq!(state_of(&world.seen_by("rdbm", &id).await), "answered_b");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_nobodys_ends_after_thirty_days() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, link) = ask_clinician(&world, &postbox, Case::Yellow).await;
    answer(&world, &link, "not_mine").await.unwrap();
    wait_for_state(&world, &id, "reassigned").await;
    on_day(&world, 29).await;
    assert_eq!(state_of(&world.seen_by("rdbm", &id).await), "reassigned");
    on_day(&world, 30).await;
    wait_for_state(&world, &id, "expired").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_patient_ends_the_request_after_ninety_days() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, link) = ask_clinician(&world, &postbox, Case::Yellow).await;
    answer(&world, &link, "R").await.unwrap();
    wait_for_state(&world, &id, "pack_ready").await;
    on_day(&world, 89).await;
    assert_eq!(state_of(&world.seen_by("rdbm", &id).await), "pack_ready");
    on_day(&world, 90).await;
    let detail = wait_for_state(&world, &id, "no_answer").await;
    assert_eq!(detail.letters[0].state, "not_for_post");
    assert!(!detail.patient_response_awaited);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_about_a_patient_who_said_no_is_not_permitted() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, _) = ask_clinician(&world, &postbox, Case::Yellow).await;
    on_day(&world, 7).await;
    let reminder = postbox.wait_for("clinician_reminder", &id, 1).await;
    clinical_record::turns(&world, Case::Yellow, "mode = 'red'").await;
    assert!(answer(&world, &token(&reminder), "A").await.is_err());
    wait_for_state(&world, &id, "withdrawn").await;
}
