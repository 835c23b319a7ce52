//! The live guard: an e-mail that the newest consent no longer permits is not handed over.

use crate::world::World;
use coffer_demo::Case;
use coffer_proto::mailer::v1::{MailPermission, MailPermitted};

async fn permitted(world: &World, id: &str) -> MailPermission {
    let detail = world.seen_by("rdbm", id).await;
    let mail = detail.emails.first().expect("an e-mail");
    let question =
        MailPermitted { email_id: mail.id.clone(), kind: mail.kind.clone(), reference: id.to_owned() };
    world.bus.ask(&question).await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_is_permitted_until_the_patient_says_no() {
    let world = World::start().await;
    let green = world.patient(Case::Green).rid;
    let answer = world.submit(&world.submission("researcher", 101, &[green.as_str()])).await;
    let id = &answer.contact_requests[0].id;
    world.decided(id).await;
    assert!(permitted(&world, id).await.permitted);

    make_current_modes(&world, "red").await;
    let permission = permitted(&world, id).await;
    assert_eq!((permission.permitted, permission.reason.as_str()), (false, "consent_withdrawn"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_permitted_while_it_is_open() {
    let world = World::start().await;
    let yellow = world.patient(Case::Yellow).rid;
    let answer = world.submit(&world.submission("researcher", 101, &[yellow.as_str()])).await;
    let id = &answer.contact_requests[0].id;
    world.decided(id).await;
    assert!(permitted(&world, id).await.permitted);

    sqlx::query("UPDATE clinician_questions SET state = 'withdrawn'").execute(&world.pool).await.unwrap();
    assert!(!permitted(&world, id).await.permitted);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_mail_is_not_permitted_and_a_notice_always_is() {
    let world = World::start().await;
    let question = MailPermitted {
        email_id: coffer_types::EmailId::new().to_string(),
        kind: "approval".to_owned(),
        reference: String::new(),
    };
    assert!(!world.bus.ask(&question).await.unwrap().permitted);

    let answer = world.submit(&world.submission("researcher", 101, &["nobody-has-this-id"])).await;
    let id = &answer.contact_requests[0].id;
    world.decided(id).await;
    assert!(permitted(&world, id).await.permitted);
}

/// A newer decision of every patient, as if recorded behind the back of the process.
async fn make_current_modes(world: &World, mode: &str) {
    let mut tx = world.pool.begin().await.unwrap();
    sqlx::query("UPDATE consent_modes SET current = false").execute(&mut *tx).await.unwrap();
    sqlx::query(
        "INSERT INTO consent_modes
         SELECT gen_random_uuid(), id, $1, false, false, 0, null, false, true, false, false, false, false, false,
                false, false, 'rdbm', now(), now(), null, '', true
         FROM patients",
    )
    .bind(mode)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}
