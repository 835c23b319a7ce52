//! A patient's answer on paper, entered by the RDBM.

use coffer_demo::Case;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::consent::v1::{Evidence, GetDesk, MarkLetter, RecordPatientResponse};

use crate::clinical_record;
use crate::postbox::{
    Postbox, answer, ask_clinician, patient_says, record, refusal, state_of, wait_for_state,
};
use crate::world::{World, caller, lead_researcher};

/// A request whose pack is ready for the RDBM to post.
async fn pack_ready(world: &World, postbox: &Postbox) -> String {
    let (id, token) = ask_clinician(world, postbox, Case::Yellow).await;
    answer(world, &token, "R").await.unwrap();
    wait_for_state(world, &id, "pack_ready").await;
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_is_approved_with_letter_and_mail_once() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let id = pack_ready(&world, &postbox).await;
    let pack = world.seen_by("rdbm", &id).await.letters[0].id.clone();
    let posted = MarkLetter { caller: Some(caller("rdbm")), id: pack, state: "posted".to_owned() };
    world.bus.ask(&posted).await.unwrap();
    assert_eq!(state_of(&world.seen_by("rdbm", &id).await), "posted");

    assert_eq!(patient_says(&world, &id, true).await.unwrap().status, "patient_yes");
    assert_eq!(patient_says(&world, &id, false).await.unwrap_err().code(), Code::Conflict);
    let detail = wait_for_state(&world, &id, "approved").await;
    assert_eq!(detail.letters.iter().filter(|letter| letter.kind == "approval").count(), 1);
    assert!(!detail.patient_response_awaited);
    let mail = postbox.wait_for("approval", &id, 1).await;
    assert_eq!((mail.attachments.len(), mail.recipient.as_str()), (1, lead_researcher()));

    let seen = world.seen_by("researcher", &id).await;
    assert_eq!(state_of(&seen), "approved");
    let titles: Vec<_> = seen.timeline.iter().map(|entry| entry.title.as_str()).collect();
    assert_eq!(titles, ["Submitted", "Approved"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_no_closes_the_request() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let id = pack_ready(&world, &postbox).await;
    assert_eq!(patient_says(&world, &id, false).await.unwrap().status, "patient_no");
    assert_eq!(state_of(&world.seen_by("researcher", &id).await), "not_possible");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_valid_evidence_nothing_is_recorded() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let id = pack_ready(&world, &postbox).await;
    let unsigned = Evidence { under16_signed_by_parent: true, ..Evidence::default() };
    let refused = record(&world, &id, true, unsigned).await.unwrap_err();
    assert_eq!((refused.code(), refused.field.as_str()), (Code::Invalid, "decision"));
    assert!(world.seen_by("rdbm", &id).await.patient_response_awaited);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_after_red_is_blocked_and_shown() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let id = pack_ready(&world, &postbox).await;
    clinical_record::turns(&world, Case::Yellow, "mode = 'red'").await;
    assert_eq!(patient_says(&world, &id, true).await.unwrap_err().code(), Code::Conflict);
    let detail = wait_for_state(&world, &id, "withdrawn").await;
    assert_eq!(detail.letters[0].state, "not_for_post", "the pack stays here");
    assert!(postbox.of("approval", &id).is_empty());
    let desk = world.bus.ask(&GetDesk { caller: Some(caller("rdbm")) }).await.unwrap();
    assert_eq!((desk.blocked_yes, desk.answers_awaited), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_rdbm_records_and_only_what_is_awaited() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, _) = ask_clinician(&world, &postbox, Case::Yellow).await;
    assert_eq!(patient_says(&world, &id, true).await.unwrap_err().code(), Code::Conflict);
    let by_researcher = RecordPatientResponse {
        caller: Some(caller("researcher")),
        contact_request_id: id,
        yes: true,
        decision: Some(Evidence { signed_by_patient: true, ..Evidence::default() }),
    };
    assert_eq!(refusal(world.bus.ask(&by_researcher).await).unwrap_err().code(), Code::Forbidden);
}
