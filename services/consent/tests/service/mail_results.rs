//! What the mailer tells of our e-mails, and what comes of a failure.

use coffer_demo::Case;
use coffer_proto::consent::v1::{ContactRequestDetail, GetDesk, MarkLetter};
use coffer_proto::mailer::v1::{EmailDeferred, EmailRefused, EmailSent, EmailStopped, MailPermitted};
use coffer_proto::{BusMessage, timestamp};
use coffer_types::{Clock, SystemClock};

use crate::consent_modes::{add, signed};
use crate::world::{World, caller};

/// A request whose approval was e-mailed, and that e-mail's id.
async fn approved(world: &World) -> (String, String) {
    let green = world.patient(Case::Green).rid;
    let answer = world.submit(&world.submission("researcher", 101, &[green.as_str()])).await;
    let id = answer.contact_requests[0].id.clone();
    let email = world.decided(&id).await.emails[0].id.clone();
    (id, email)
}

/// Publishes a fact as the mailer would.
async fn tell<M: BusMessage>(world: &World, fact: &M) {
    let outbox = world.bus.outbox();
    let mut tx = world.pool.begin().await.unwrap();
    outbox.enqueue(&mut tx, fact).await.unwrap();
    tx.commit().await.unwrap();
}

fn refused(email: &str) -> EmailRefused {
    EmailRefused {
        email_id: email.to_owned(),
        sender: "consent".to_owned(),
        at: Some(timestamp(SystemClock.now())),
        reason: "smtp_550".to_owned(),
        ..EmailRefused::default()
    }
}

fn state(detail: &ContactRequestDetail, email: &str) -> String {
    detail.emails.iter().find(|row| row.id == email).map(|row| row.state.clone()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_fact_does_not_undo_a_newer_one() {
    let world = World::start().await;
    let (id, email) = approved(&world).await;
    let now = SystemClock.now();
    let sent = EmailSent {
        email_id: email.clone(),
        sender: "consent".to_owned(),
        at: Some(timestamp(now + chrono::TimeDelta::seconds(5))),
        ..EmailSent::default()
    };
    tell(&world, &sent).await;
    world.until(&id, |detail| state(detail, &email) == "sent").await;

    let late = EmailDeferred {
        email_id: email.clone(),
        sender: "consent".to_owned(),
        at: Some(timestamp(now)),
        reason: "smtp_451".to_owned(),
        ..EmailDeferred::default()
    };
    tell(&world, &late).await;
    tokio::time::sleep(std::time::Duration::from_millis(800)).await;
    assert_eq!(state(&world.seen_by("rdbm", &id).await, &email), "sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_approval_goes_to_the_print_queue_and_the_rdbm() {
    let world = World::start().await;
    let (id, email) = approved(&world).await;
    tell(&world, &refused(&email)).await;
    let detail = world.until(&id, |detail| detail.emails.len() == 2).await;
    assert_eq!(state(&detail, &email), "refused");
    assert_eq!(detail.emails[1].to, "rdbm");
    assert_eq!(detail.letters[0].state, "to_print");

    let desk = world.bus.ask(&GetDesk { caller: Some(caller("rdbm")) }).await.unwrap();
    assert_eq!((desk.emails_failed, desk.letters_to_print), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawn_approval_leaves_the_print_queue_and_is_not_marked_as_posted() {
    let world = World::start().await;
    let (id, email) = approved(&world).await;
    tell(&world, &refused(&email)).await;
    let detail = world.until(&id, |detail| detail.letters[0].state == "to_print").await;
    let letter = detail.letters[0].id.clone();
    add(&world, Case::Green, signed("red", SystemClock.now())).await.unwrap();
    assert_eq!(world.seen_by("rdbm", &id).await.letters[0].state, "not_for_post");

    // Even if something put it back, it cannot leave.
    sqlx::query("UPDATE letters SET state = 'to_print'").execute(&world.pool).await.unwrap();
    let mark = MarkLetter { caller: Some(caller("rdbm")), id: letter, state: "posted".to_owned() };
    assert!(world.bus.ask(&mark).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_refused_after_its_withdrawal_is_not_printed() {
    let world = World::start().await;
    let (id, email) = approved(&world).await;
    add(&world, Case::Green, signed("red", SystemClock.now())).await.unwrap();
    tell(&world, &refused(&email)).await;
    let detail = world.until(&id, |detail| state(detail, &email) == "refused").await;
    let approval = detail.letters.iter().find(|letter| letter.kind == "approval").unwrap();
    assert_eq!(approval.state, "not_for_post");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_withdrawal_names_the_patient_only_to_those_who_may_know_already() {
    let world = World::start().await;
    let (id, email) = approved(&world).await;
    add(&world, Case::Green, signed("red", SystemClock.now())).await.unwrap();
    let detail = world.until(&id, |detail| detail.emails.iter().any(|mail| mail.kind == "withdrawal")).await;
    let mail = detail.emails.iter().find(|mail| mail.kind == "withdrawal").unwrap();
    let question =
        MailPermitted { email_id: mail.id.clone(), kind: mail.kind.clone(), reference: id.clone() };
    assert!(world.bus.ask(&question).await.is_err(), "not yet: the approval may have left");

    let stopped = EmailStopped {
        email_id: email.clone(),
        sender: "consent".to_owned(),
        at: Some(timestamp(SystemClock.now())),
        reason: "consent_withdrawn".to_owned(),
        ..EmailStopped::default()
    };
    tell(&world, &stopped).await;
    world.until(&id, |detail| state(detail, &email) == "stopped").await;
    let answer = world.bus.ask(&question).await.unwrap();
    assert_eq!((answer.permitted, answer.reason.as_str()), (false, "never_told"));
}
