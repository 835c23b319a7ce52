//! One request all the way: clinician asked, answer R, pack printed and posted, patient says yes, researcher told;
//! and the ways that end before.

use std::time::Duration;

use coffer_testkit::SinkMessage;
use coffer_tests::{Case, ClinicianLink, System};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::cases::is_decided;

const PATIENCE: Duration = Duration::from_secs(10);

/// Submits a request for a patient whose clinician is asked; gives its id and the clinician's link.
async fn ask(system: &System, case: Case) -> (String, ClinicianLink) {
    let study = system.studies()[0].id.to_string();
    let id =
        system.api("researcher").submit(&study, true, &[system.patient(case).rid.as_str()]).await.remove(0);
    let mails = system.mail.wait_for(1, PATIENCE).await;
    let question = mails.iter().find(|mail| mail.text.contains("/answer/")).unwrap();
    (id, ClinicianLink::in_mail(question))
}

async fn wait_for_mail(system: &System, wanted: impl Fn(&SinkMessage) -> bool) -> SinkMessage {
    let end = tokio::time::Instant::now() + PATIENCE;
    loop {
        if let Some(mail) = system.mail.messages().into_iter().find(&wanted) {
            return mail;
        }
        assert!(tokio::time::Instant::now() < end, "no such mail among {:?}", system.mail.messages());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_yellow_patient_says_yes() {
    let system = System::start().await;
    let (researcher, rdbm) = (system.api("researcher"), system.api("rdbm"));
    let (id, link) = ask(&system, Case::Yellow).await;
    let path = format!("/contact-requests/{id}");

    let (status, page) = link.answer("R", "").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let request = rdbm.wait_for(&path, |request| request["letters"][0]["kind"] == "pack").await;
    let pack = request["letters"][0]["id"].as_str().unwrap().to_owned();

    let pdf = rdbm.request(Method::GET, &format!("/letters/{pack}/pdf")).send().await.unwrap();
    assert_eq!(pdf.headers()["content-type"], "application/pdf");
    assert!(pdf.bytes().await.unwrap().starts_with(b"%PDF-"));
    for state in ["printed", "posted"] {
        let (status, answer) = rdbm.post(&format!("/letters/{pack}/state"), &json!({"state": state})).await;
        assert!(status.is_success(), "{answer}");
    }

    let respond = format!("{path}/patient-response");
    let unsigned = json!({"response": "yes", "decision": {}});
    let (status, problem) = rdbm.post(&respond, &unsigned).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    assert_eq!(researcher.post(&respond, &unsigned).await.0, StatusCode::FORBIDDEN);

    let yes = json!({"response": "yes", "decision": {"signed_by_patient": true}});
    let (status, answer) = rdbm.post(&respond, &yes).await;
    assert!(status.is_success(), "{answer}");
    let approval = wait_for_mail(&system, |mail| mail.to == "amina.okafor@uni.example").await;
    assert_eq!(approval.attachments.len(), 1);
    researcher.wait_for(&path, |request| request["status"] == "approved").await;
    assert_eq!(rdbm.post(&respond, &yes).await.0, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_yes_after_red_is_blocked_and_an_approval_is_withdrawn() {
    let system = System::start().await;
    let (researcher, rdbm) = (system.api("researcher"), system.api("rdbm"));
    let study = system.studies()[0].id.to_string();
    let green = system.patient(Case::Green);
    let id = researcher.submit(&study, true, &[green.rid.as_str()]).await.remove(0);
    system.mail.wait_for(1, PATIENCE).await;

    let red = json!({
        "nhs_number": green.nhs_number.to_string(),
        "mode": "red",
        "decision": {"signed_by_patient": true},
    });
    let (status, answer) = rdbm.post("/consent-modes", &red).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    researcher.wait_for(&format!("/contact-requests/{id}"), |request| request["status"] == "withdrawn").await;
    let withdrawn = wait_for_mail(&system, |mail| {
        mail.to == "amina.okafor@uni.example" && mail.subject.contains("ithdraw")
    })
    .await;
    assert_eq!(withdrawn.attachments.len(), 1);

    let history = rdbm.get(&format!("/patients/{}/consent-mode", green.nhs_number)).await.1;
    assert_eq!(history["current"]["mode"], "red");
    let again = researcher.submit(&study, true, &[green.rid.as_str()]).await.remove(0);
    let decided = rdbm.wait_for(&format!("/contact-requests/{again}"), is_decided).await;
    assert_eq!(decided["rule"], "R04");
}

#[tokio::test]
async fn a_veto_ends_the_request_and_tells_the_rdbm() {
    let system = System::start().await;
    let (id, link) = ask(&system, Case::Unknown).await;
    let (status, page) = link.answer("B", "Too unwell at present.").await;
    assert_eq!(status, StatusCode::OK, "{page}");
    let path = format!("/contact-requests/{id}");
    system.api("researcher").wait_for(&path, |request| request["status"] == "not_possible").await;
    wait_for_mail(&system, |mail| mail.to == coffer_tests::RDBM).await;
}

#[tokio::test]
async fn a_withdrawal_closes_the_clinicians_question() {
    let system = System::start().await;
    let rdbm = system.api("rdbm");
    let (id, link) = ask(&system, Case::Yellow).await;
    let red = json!({
        "nhs_number": system.patient(Case::Yellow).nhs_number.to_string(),
        "mode": "red",
        "decision": {"signed_by_patient": true},
    });
    let (status, answer) = rdbm.post("/consent-modes", &red).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let (_, page) = link.open().await;
    assert!(!page.contains("name=\"answer\""), "the form is still there");
    let path = format!("/contact-requests/{id}");
    rdbm.wait_for(&path, |request| request["status"] == "withdrawn").await;
}
