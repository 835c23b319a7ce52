//! What a clinician can do with a link.

use coffer_demo::Case;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::consent::v1::{GetClinicianPack, GetDesk, OpenClinicianQuestion, OpenLetter};
use coffer_types::{Clock, SystemClock};

use crate::clinical_record;
use crate::consent_modes::{add, signed};
use crate::postbox::{
    Postbox, answer, ask_clinician, given, open, refusal, send, state_of, token, wait_for_state,
};
use crate::world::{World, caller};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_shows_what_is_needed_to_answer() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, token) = ask_clinician(&world, &postbox, Case::Yellow).await;
    let page = open(&world, &token).await;
    let patient = world.patient(Case::Yellow);
    assert_eq!((page.state.as_str(), &page.contact_request_id), ("open", &id));
    assert_eq!(page.patient.unwrap().nhs_number, patient.nhs_number.grouped());
    assert_eq!(page.involvement, "requested_by_researchers");
    assert!(page.may_pass_to_rdbm && !page.guidance.is_empty() && !page.nonce.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn r_makes_a_pack_for_the_rdbm_to_post() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, token) = ask_clinician(&world, &postbox, Case::Yellow).await;
    let yes = given(&token, &open(&world, &token).await.nonce, "R");
    assert_eq!(send(&world, &yes).await.unwrap().answer, "R");

    let detail = wait_for_state(&world, &id, "pack_ready").await;
    let pack = &detail.letters[0];
    assert_eq!((pack.kind.as_str(), pack.state.as_str(), pack.may_open), ("pack", "to_print", true));
    assert!(detail.patient_response_awaited);
    postbox.wait_for("rdbm_notice", &id, 1).await;

    let page = open(&world, &token).await;
    assert_eq!((page.state.as_str(), page.answer.as_str(), page.pack_ready), ("answered", "R", false));
    assert!(page.patient.is_none(), "an ended question identifies nobody");
    assert_eq!(send(&world, &yes).await.unwrap_err().code(), Code::Conflict);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_makes_a_pack_for_the_clinician_alone() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, token) = ask_clinician(&world, &postbox, Case::Yellow).await;
    answer(&world, &token, "A").await.unwrap();
    let detail = wait_for_state(&world, &id, "pack_ready").await;
    let pack = &detail.letters[0];
    assert_eq!((pack.state.as_str(), pack.may_open), ("not_for_post", false));

    let question = GetClinicianPack { token: token.clone() };
    let (first, second) = (world.bus.ask(&question).await.unwrap(), world.bus.ask(&question).await.unwrap());
    assert_eq!((&first.sha256, &first.pdf), (&pack.sha256, &second.pdf), "the same bytes each time");
    let by_rdbm = OpenLetter { caller: Some(caller("rdbm")), id: pack.id.clone() };
    assert_eq!(refusal(world.bus.ask(&by_rdbm).await).unwrap_err().code(), Code::NotFound);

    let expire = "UPDATE clinician_questions SET expires_at = now() - interval '1 minute'";
    sqlx::query(expire).execute(&world.pool).await.unwrap();
    assert_eq!(refusal(world.bus.ask(&question).await).unwrap_err().code(), Code::Conflict, "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_veto_ends_the_request_and_frees_the_place() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, token) = ask_clinician(&world, &postbox, Case::Yellow).await;
    answer(&world, &token, "B").await.unwrap();
    assert_eq!(state_of(&world.seen_by("rdbm", &id).await), "answered_b");
    assert_eq!(state_of(&world.seen_by("researcher", &id).await), "not_possible");
    let reserved: i64 = sqlx::query_scalar("SELECT count(*) FROM reservations WHERE state = 'reserved'")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(reserved, 0);
    let reason: Vec<u8> = sqlx::query_scalar("SELECT reason FROM clinician_questions WHERE answer = 'B'")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert!(!reason.windows(9).any(|text| text == b"discussed"), "the reason is sealed");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_accrues_once_and_not_mine_does_not() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, token) = ask_clinician(&world, &postbox, Case::Yellow).await;
    answer(&world, &token, "not_mine").await.unwrap();
    wait_for_state(&world, &id, "reassigned").await;
    let (_, token) = ask_clinician(&world, &postbox, Case::Unknown).await;
    answer(&world, &token, "C").await.unwrap();
    let desk = world.bus.ask(&GetDesk { caller: Some(caller("rdbm")) }).await.unwrap();
    assert_eq!(desk.charity_due_pence, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn not_mine_goes_to_the_next_clinician_and_then_to_the_rdbm() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let number = world.patient(Case::Yellow).nhs_number.to_string();
    let second = format!(
        "INSERT INTO coffer_clinician (nhs_number, kind, title, first_name, last_name, email,
                                       signatory_title, is_consultant, started_on, address)
         VALUES ('{number}', 'team', 'Dr', 'Second', 'Choice', 'second.choice@nhs.example', 'Consultant',
                 true, '2020-01-01', ARRAY['1 High Street'])"
    );
    clinical_record::change(&world, second).await;
    let (id, first) = ask_clinician(&world, &postbox, Case::Yellow).await;
    answer(&world, &first, "not_mine").await.unwrap();

    let mail = postbox.wait_for("clinician_question", &id, 2).await;
    assert_eq!(mail.recipient, "second.choice@nhs.example");
    assert_eq!(state_of(&world.seen_by("rdbm", &id).await), "clinician_asked");
    assert_eq!(open(&world, &first).await.state, "answered");

    answer(&world, &token(&mail), "not_mine").await.unwrap();
    wait_for_state(&world, &id, "reassigned").await;
    assert_eq!(state_of(&world.seen_by("researcher", &id).await), "in_progress");
}

#[tokio::test(flavor = "multi_thread")]
async fn r_is_refused_where_a_form_is_to_be_filled_in() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let rid = world.patient(Case::Yellow).rid;
    let mut submission = world.submission("researcher2", 103, &[rid.as_str()]);
    submission.direct_approach = false;
    let id = world.submit(&submission).await.contact_requests[0].id.clone();
    let token = token(&postbox.wait_for("clinician_question", &id, 1).await);
    assert!(!open(&world, &token).await.may_pass_to_rdbm);
    let refused = answer(&world, &token, "R").await.unwrap_err();
    assert_eq!((refused.code(), refused.field.as_str()), (Code::Invalid, "answer"));
    answer(&world, &token, "A").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_after_the_patients_no_is_blocked() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, token) = ask_clinician(&world, &postbox, Case::Yellow).await;
    clinical_record::turns(&world, Case::Yellow, "mode = 'red'").await;
    assert_eq!(answer(&world, &token, "R").await.unwrap_err().code(), Code::Conflict);

    let detail = wait_for_state(&world, &id, "withdrawn").await;
    assert!(detail.letters.is_empty());
    assert_eq!(open(&world, &token).await.state, "withdrawn");
    assert_eq!(state_of(&world.seen_by("researcher", &id).await), "not_possible");
    let desk = world.bus.ask(&GetDesk { caller: Some(caller("rdbm")) }).await.unwrap();
    assert_eq!(desk.blocked_yes, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yes_behind_a_withdrawn_link_is_shown_to_the_rdbm_once() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (id, token) = ask_clinician(&world, &postbox, Case::Yellow).await;
    let yes = given(&token, &open(&world, &token).await.nonce, "A");
    add(&world, Case::Yellow, signed("red", SystemClock.now())).await.unwrap();
    for _ in 0..2 {
        assert_eq!(send(&world, &yes).await.unwrap_err().code(), Code::Conflict);
    }
    let notice = postbox.wait_for("rdbm_notice", &id, 1).await;
    assert!(notice.subject.contains("blocked"), "{}", notice.subject);
    assert_eq!(postbox.of("rdbm_notice", &id).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_refused_by_field() {
    let world = World::start().await;
    let postbox = Postbox::open(&world).await;
    let (_, token) = ask_clinician(&world, &postbox, Case::Yellow).await;
    let nonce = open(&world, &token).await.nonce;
    let good = given(&token, &nonce, "B");
    let mut faults = [good.clone(), good.clone(), good.clone(), good.clone(), good];
    faults[0].answer = "E".to_owned();
    faults[1].reason = " ".to_owned();
    faults[2].name = String::new();
    faults[3].name = "x".repeat(256);
    faults[4].nonce = "1.x".to_owned();
    for (fault, field) in faults.iter().zip(["answer", "reason", "name", "name", "nonce"]) {
        let refused = send(&world, fault).await.unwrap_err();
        assert_eq!((refused.code(), refused.field.as_str()), (Code::Invalid, field));
    }
    for unknown in ["", "not-a-token", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let question = OpenClinicianQuestion { token: unknown.to_owned() };
        assert_eq!(refusal(world.bus.ask(&question).await).unwrap_err().code(), Code::NotFound);
    }
}
