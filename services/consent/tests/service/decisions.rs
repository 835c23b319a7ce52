//! Every case of the demo ends with its rule, on a real database and broker.

use std::time::{Duration, Instant};

use crate::world::{World, key};
use coffer_demo::Case;
use coffer_proto::consent::v1::patient_key::Key;

/// Each case, submitted for direct approach to study 101, with the rule and the state that it ends in.
const ENDS: [(Case, &str, &str); 13] = [
    (Case::Green, "R09", "approved_direct"),
    (Case::Yellow, "R17", "clinician_asked"),
    (Case::Unknown, "R17", "clinician_asked"),
    (Case::Red, "R04", "stopped"),
    (Case::Excluded, "R02", "stopped"),
    (Case::Dead, "R03", "stopped"),
    (Case::Under16, "R06", "stopped"),
    (Case::DischargedRecent, "R09", "approved_direct"),
    (Case::DischargedLong, "R07", "stopped"),
    (Case::NoClinician, "R11", "stopped"),
    (Case::BadClinicianEmail, "R12", "stopped"),
    (Case::CapReached, "R08", "stopped"),
    (Case::NoDob, "R05", "stopped"),
];

#[tokio::test(flavor = "multi_thread")]
async fn each_case_ends_with_its_rule() {
    let world = World::start().await;
    let patients: Vec<_> = ENDS.iter().map(|(case, ..)| world.patient(*case)).collect();
    let rids: Vec<&str> = patients.iter().map(|patient| patient.rid.as_str()).collect();
    let answer = world.submit(&world.submission("researcher", 101, &rids)).await;

    for (request, (case, rule, state)) in answer.contact_requests.iter().zip(ENDS) {
        let detail = world.decided(&request.id).await;
        let name = case.as_str();
        assert!(detail.rule.starts_with(rule), "{name}: {} and not {rule}", detail.rule);
        assert_eq!(detail.contact_request.unwrap().status, state, "{name}");
        assert!(!detail.steps.is_empty(), "{name} keeps its steps");
        assert_eq!(detail.possibly_serious, case == Case::Excluded, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_research_id_stops_and_the_rdbm_is_told() {
    let world = World::start().await;
    let answer = world.submit(&world.submission("researcher", 101, &["nobody-has-this-id"])).await;
    let detail = world.decided(&answer.contact_requests[0].id).await;
    assert_eq!(detail.rule, "R00");
    assert_eq!(detail.emails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["rdbm"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_green_patient_makes_one_letter_and_one_mail_to_the_researcher_quickly() {
    let world = World::start().await;
    let green = world.patient(Case::Green);
    let begun = Instant::now();
    let answer = world.submit(&world.submission("researcher", 101, &[green.rid.as_str()])).await;
    let detail = world.decided(&answer.contact_requests[0].id).await;
    let took = begun.elapsed();
    assert_eq!(detail.letters.len(), 1);
    assert_eq!(detail.letters[0].kind, "approval");
    assert_eq!(detail.emails.len(), 1);
    assert_eq!(detail.emails[0].to, "researcher");
    assert!(took < Duration::from_secs(2), "decided after {took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_requests_at_once_against_a_cap_of_one_let_exactly_one_pass() {
    let world = World::start().await;
    let patient = world.patient(Case::CapReached);
    sqlx::query("DELETE FROM reservations").execute(&world.pool).await.unwrap();
    let mut submission = world.submission("rdbm", 101, &[]);
    submission.patients = vec![key(Key::NhsNumber(patient.nhs_number.to_string()))];
    let answers = futures::future::join_all((0..50).map(|_| world.submit(&submission))).await;
    let mut rules = Vec::new();
    for answer in &answers {
        rules.push(world.decided(&answer.contact_requests[0].id).await.rule);
    }
    assert_eq!(rules.iter().filter(|rule| *rule == "R09").count(), 1, "{rules:?}");
    assert_eq!(rules.iter().filter(|rule| *rule == "R08").count(), 49, "{rules:?}");
}
