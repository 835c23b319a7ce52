//! Every case of the demo ends with its rule, and nobody is written to who should not be.

use std::time::{Duration, Instant};

use coffer_tests::{Case, System};
use serde_json::{Value, json};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test]
async fn a_green_patients_approval_lies_in_the_mailbox_within_two_seconds() {
    let system = System::start().await;
    let researcher = system.api("researcher");
    let study = system.studies()[0].id.to_string();
    let asked = Instant::now();
    let requests = researcher.submit(&study, true, &[system.patient(Case::Green).rid.as_str()]).await;
    let mails = system.mail.wait_for(1, 10 * SECOND).await;
    let took = asked.elapsed();
    assert!(took < 2 * SECOND, "{took:?}");

    let mail = &mails[0];
    assert_eq!(mail.to, "amina.okafor@uni.example");
    let letter = mail.attachments.iter().find(|file| file.content_type == "application/pdf").unwrap();
    assert!(letter.bytes.starts_with(b"%PDF-"), "{letter:?}");
    assert!(!mail.text.is_empty() && !mail.html.is_empty());

    let path = format!("/contact-requests/{}", requests[0]);
    let seen = researcher.get(&path).await.1;
    assert_eq!(seen["status"], "approved");
    for hidden in ["rule", "outcome", "steps"] {
        assert!(seen.get(hidden).is_none(), "a researcher sees {hidden}");
    }
    let seen = system.api("rdbm").get(&path).await.1;
    assert_eq!((&seen["rule"], &seen["outcome"]), (&json!("R09"), &json!("approved_direct")));
}

#[tokio::test]
async fn each_case_ends_with_its_rule() {
    let system = System::start().await;
    let (researcher, rdbm) = (system.api("researcher"), system.api("rdbm"));
    let study = system.studies()[0].id.to_string();
    let expected = [
        (Case::Yellow, "R17", "clinician_asked"),
        (Case::Unknown, "R17", "clinician_asked"),
        (Case::Red, "R04", "stopped"),
        (Case::Excluded, "R02", "stopped"),
        (Case::Dead, "R03", "stopped"),
        (Case::Under16, "R06", "stopped"),
        (Case::DischargedRecent, "R09", "approved_direct"),
        (Case::DischargedLong, "R07c", "stopped"),
        (Case::NoClinician, "R11", "stopped"),
        (Case::CapReached, "R08", "stopped"),
        (Case::NoDob, "R05", "stopped"),
    ];
    let rids: Vec<String> = expected.iter().map(|(case, ..)| system.patient(*case).rid.to_string()).collect();
    let rids: Vec<&str> = rids.iter().map(String::as_str).chain(["nobody-has-this-id"]).collect();
    let requests = researcher.submit(&study, true, &rids).await;

    for ((case, rule, outcome), id) in expected.iter().zip(&requests) {
        let decided = rdbm.wait_for(&format!("/contact-requests/{id}"), is_decided).await;
        assert_eq!((&decided["rule"], &decided["outcome"]), (&json!(rule), &json!(outcome)), "{case:?}");
        let seen = researcher.get(&format!("/contact-requests/{id}")).await.1;
        let words = [
            ("stopped", "not_possible"),
            ("clinician_asked", "in_progress"),
            ("approved_direct", "approved"),
        ];
        let word = words.iter().find(|(of, _)| of == outcome).unwrap().1;
        assert_eq!(seen["status"], word, "{case:?}");
    }
    let unknown = rdbm.wait_for(&format!("/contact-requests/{}", requests[expected.len()]), is_decided).await;
    assert_eq!(unknown["rule"], "R00");

    // A bad address stops the request at one of the two rules about addresses.
    let id =
        &researcher.submit(&study, true, &[system.patient(Case::BadClinicianEmail).rid.as_str()]).await[0];
    let decided = rdbm.wait_for(&format!("/contact-requests/{id}"), is_decided).await;
    assert!(matches!(decided["rule"].as_str(), Some("R12" | "R13")), "{decided}");

    // Two clinicians and one researcher were written to; whatever else went out is for the RDBM.
    tokio::time::sleep(2 * SECOND).await;
    let mails = system.mail.messages();
    let to_others = mails.iter().filter(|mail| mail.to != coffer_tests::RDBM).count();
    assert_eq!(to_others, 3, "{:?}", mails.iter().map(|mail| (&mail.to, &mail.subject)).collect::<Vec<_>>());
}

#[tokio::test]
async fn fifty_requests_at_once_pass_a_cap_of_one_once() {
    let system = System::start().await;
    let patient = system.patient(Case::Green);
    let cap = "UPDATE coffer_consent SET max_approaches_per_year = 1 WHERE nhs_number";
    system.execute("demo_clinical", &format!("{cap} = '{}'", patient.nhs_number)).await;
    let (researcher, rdbm) = (system.api("researcher"), system.api("rdbm"));
    let study = system.studies()[0].id.to_string();

    let rid = patient.rid.as_str();
    let submissions = (0..50).map(|_| researcher.submit(&study, true, std::slice::from_ref(&rid)));
    let requests = futures::future::join_all(submissions).await.concat();
    let mut rules = Vec::new();
    for id in &requests {
        let decided = rdbm.wait_for(&format!("/contact-requests/{id}"), is_decided).await;
        rules.push(decided["rule"].as_str().unwrap().to_owned());
    }
    let passed = rules.iter().filter(|rule| *rule == "R09").count();
    let stopped = rules.iter().filter(|rule| *rule == "R08").count();
    assert_eq!((passed, stopped), (1, 49));
}

/// A rule has decided the request.
pub(crate) fn is_decided(request: &Value) -> bool {
    request["rule"].as_str().is_some_and(|rule| !rule.is_empty())
}
