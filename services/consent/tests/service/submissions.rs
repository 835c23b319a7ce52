//! What is accepted at the door, what is refused with which field, and what a repeated submission answers.

use crate::world::{World, caller, key};
use coffer_bus::AskError;
use coffer_demo::Case;
use coffer_proto::common::v1::Refusal;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::consent::v1::patient_key::Key;
use coffer_proto::consent::v1::{
    GetContactRequest, InitiateContactRequest, ListContactRequests, ListStudies, SubmitContactRequests,
};
use coffer_types::StudyId;
use prost::Message as _;
use sha2::{Digest as _, Sha256};

async fn refused(world: &World, submission: &SubmitContactRequests) -> Refusal {
    match world.bus.ask(submission).await {
        Err(AskError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

async fn stored_requests(world: &World) -> i64 {
    let before: i64 = sqlx::query_scalar("SELECT count(*) FROM contact_requests WHERE state = 'submitted'")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    before
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_names_its_field_and_stores_nothing() {
    let world = World::start().await;
    let green = world.patient(Case::Green).rid;
    let good = || world.submission("researcher", 101, &[green.as_str()]);

    let mut foreign = good();
    foreign.study_id = world.study(103).to_string();
    assert_eq!(refused(&world, &foreign).await.code(), Code::NotFound);

    let mut unknown = good();
    unknown.study_id = StudyId::new().to_string();
    assert_eq!(refused(&world, &unknown).await.code(), Code::NotFound);

    let mut no_id = good();
    no_id.study_id = "42".to_owned();
    assert_eq!(refused(&world, &no_id).await.field, "study_id");

    let mut closed = good();
    closed.study_id = world.study(105).to_string();
    assert_eq!(refused(&world, &closed).await.field, "study_id");

    let mut not_direct = good();
    not_direct.study_id = world.study(102).to_string();
    assert_eq!(refused(&world, &not_direct).await.field, "direct_approach");

    let mut many = good();
    many.patients = (0..10_000).map(|number| key(Key::Rid(format!("r{number}")))).collect();
    let refusal = refused(&world, &many).await;
    assert_eq!(refusal.field, "patients");
    assert!(refusal.message.contains("10000") && refusal.message.contains("500"), "{}", refusal.message);

    let mut second_is_bad = good();
    second_is_bad.patients.push(key(Key::Mrid("not an id!".to_owned())));
    assert_eq!(refused(&world, &second_is_bad).await.field, "patients[1].mrid");

    let mut number = good();
    number.patients = vec![key(Key::NhsNumber("9434765919".to_owned()))];
    assert_eq!(refused(&world, &number).await.code(), Code::Forbidden);

    let mut clinician = good();
    clinician.caller = Some(caller("clinician"));
    assert_eq!(refused(&world, &clinician).await.code(), Code::Forbidden);

    assert_eq!(stored_requests(&world).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_submission_answers_the_same_and_another_content_conflicts() {
    let world = World::start().await;
    let (green, red) = (world.patient(Case::Green).rid, world.patient(Case::Red).rid);
    let mut submission = world.submission("researcher", 101, &[green.as_str()]);
    submission.idempotency_key = "key-1".to_owned();
    let both = tokio::join!(world.submit(&submission), world.submit(&submission));
    assert_eq!(both.0, both.1);
    assert_eq!(world.submit(&submission).await, both.0);

    let mut other = world.submission("researcher", 101, &[red.as_str()]);
    other.idempotency_key = "key-1".to_owned();
    let refusal = refused(&world, &other).await;
    assert_eq!((refusal.code(), refusal.field.as_str()), (Code::Conflict, "idempotency_key"));

    other.caller = Some(caller("rdbm"));
    world.submit(&other).await; // another user's keys are their own
}

#[tokio::test(flavor = "multi_thread")]
async fn researchers_see_their_own_studies_and_no_rule() {
    let world = World::start().await;
    let red = world.patient(Case::Red).rid;
    let answer = world.submit(&world.submission("researcher", 101, &[red.as_str()])).await;
    let id = &answer.contact_requests[0].id;
    assert_eq!(answer.contact_requests[0].status, "in_progress");
    world.decided(id).await;

    let seen = world.seen_by("researcher", id).await;
    assert_eq!(seen.contact_request.as_ref().unwrap().status, "not_possible");
    assert!(seen.rule.is_empty() && seen.outcome.is_empty() && seen.steps.is_empty());
    let text = format!("{:?}", seen.timeline);
    assert!(!text.contains("R04") && !text.to_lowercase().contains("red"), "{text}");

    let foreign = GetContactRequest { caller: Some(caller("researcher2")), id: id.clone() };
    match world.bus.ask(&foreign).await {
        Err(AskError::Refused(refusal)) => assert_eq!(refusal.code(), Code::NotFound),
        other => panic!("a foreign request was shown: {other:?}"),
    }

    let list = |username: &str, status: &str| ListContactRequests {
        caller: Some(caller(username)),
        status: status.to_owned(),
        ..ListContactRequests::default()
    };
    assert_eq!(world.bus.ask(&list("researcher", "not_possible")).await.unwrap().total, 1);
    assert_eq!(world.bus.ask(&list("researcher", "in_progress")).await.unwrap().total, 0);
    assert_eq!(world.bus.ask(&list("researcher2", "")).await.unwrap().total, 0);
    assert_eq!(world.bus.ask(&list("rdbm", "stopped")).await.unwrap().total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_sees_its_studies() {
    let world = World::start().await;
    let numbers = async |username: &str| {
        let studies = world.bus.ask(&ListStudies { caller: Some(caller(username)) }).await.unwrap().studies;
        studies.iter().map(|study| (study.number, study.open)).collect::<Vec<_>>()
    };
    assert_eq!(numbers("researcher").await, [(101, true), (102, true), (105, false)]);
    assert_eq!(numbers("researcher2").await, [(102, true), (103, true), (104, true)]);
    assert_eq!(numbers("rdbm").await.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_a_repeated_submission_does_not_tell_the_nhs_number() {
    let world = World::start().await;
    let mut question = InitiateContactRequest {
        caller: Some(caller("clinician")),
        study_id: world.study(101).to_string(),
        nhs_number: world.patient(Case::Yellow).nhs_number.to_string(),
        pass_to_rdbm: true,
        idempotency_key: "once".to_owned(),
    };
    let first = world.bus.ask(&question).await.unwrap();
    assert_eq!(world.bus.ask(&question).await.unwrap().id, first.id);
    let kept: Vec<u8> =
        sqlx::query_scalar("SELECT content FROM idempotency_keys").fetch_one(&world.pool).await.unwrap();
    (question.caller, question.idempotency_key) = (None, String::new());
    assert_ne!(kept, Sha256::digest(question.encode_to_vec()).to_vec(), "a plain hash can be guessed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clinician_initiates_for_an_own_patient() {
    let world = World::start().await;
    let yellow = world.patient(Case::Yellow).nhs_number;
    let question = InitiateContactRequest {
        caller: Some(caller("clinician")),
        study_id: world.study(101).to_string(),
        nhs_number: yellow.grouped(),
        pass_to_rdbm: true,
        idempotency_key: String::new(),
    };
    let request = world.bus.ask(&question).await.unwrap();
    let detail = world.decided(&request.id).await;
    assert_eq!((detail.rule.as_str(), detail.outcome.as_str()), ("R16", "clinician_initiated"));
    let detail = world.until(&request.id, |detail| detail.patient_response_awaited).await;
    assert_eq!(detail.letters.iter().map(|letter| letter.kind.as_str()).collect::<Vec<_>>(), ["pack"]);

    let extra_form = InitiateContactRequest { study_id: world.study(103).to_string(), ..question.clone() };
    match world.bus.ask(&extra_form).await {
        Err(AskError::Refused(refusal)) => assert_eq!(refusal.field, "pass_to_rdbm"),
        other => panic!("not refused: {other:?}"),
    }
    let researcher = InitiateContactRequest { caller: Some(caller("researcher")), ..question };
    match world.bus.ask(&researcher).await {
        Err(AskError::Refused(refusal)) => assert_eq!(refusal.code(), Code::Forbidden),
        other => panic!("not refused: {other:?}"),
    }
}
