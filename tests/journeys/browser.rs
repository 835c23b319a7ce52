//! Researcher, clinician and RDBM in a real browser; every page that they see passes axe.

use std::time::Duration;

use coffer_tests::{Case, ClinicianLink, Person, System};

const PATIENCE: Duration = Duration::from_secs(10);

/// A researcher asks for one patient in the first study; stays at the request's page.
async fn ask(person: &Person, system: &System, case: Case) {
    person.go("/contact-requests/new").await;
    let study = system.studies()[0].id;
    person.tick(&format!("#study_id option[value='{study}']")).await;
    person.tick("#kind-rid").await;
    person.write("#patients", system.patient(case).rid.as_str()).await;
    person.tick("#direct_approach").await;
    person.press("Continue").await;
    person.see("Check the contact requests").await;
    person.press("Send").await;
    person.see("What happened").await;
}

#[tokio::test]
async fn a_request_goes_from_the_researcher_over_clinician_and_rdbm_to_the_approval() {
    let system = System::start().await;
    let researcher = Person::new(&system.gateway).await;
    researcher.sign_in("researcher").await;
    for page in ["/studies", "/contact-requests", "/account"] {
        researcher.go(page).await;
    }
    ask(&researcher, &system, Case::Yellow).await;
    researcher.see("In progress").await;

    let mail = system.mail.wait_for(1, PATIENCE).await.remove(0);
    let clinician = Person::new(&system.gateway).await;
    clinician.go(ClinicianLink::in_mail(&mail).url()).await;
    let address = clinician.browser.client.current_url().await.unwrap();
    assert!(address.path().ends_with("/answer"), "the token is still in the address: {address}");
    clinician.press("Send my answer").await;
    clinician.see("There is a problem").await;
    clinician.tick("#answer-R").await;
    clinician.write("#name", "Dr Helen Marchbanks").await;
    clinician.press("Send my answer").await;
    clinician.go("/answer").await;
    assert!(!clinician.text().await.contains("Send my answer"));

    let rdbm = Person::new(&system.gateway).await;
    rdbm.sign_in("rdbm").await;
    for page in ["/desk", "/contact-requests", "/emails", "/patient-answers"] {
        rdbm.go(page).await;
    }
    rdbm.go("/letters").await;
    rdbm.press("Mark as printed").await;
    rdbm.press("Mark as posted").await;
    rdbm.go("/patient-answers").await;
    rdbm.follow("Enter the answer").await;
    rdbm.tick("#response-yes").await;
    rdbm.press("Continue").await;
    rdbm.see("There is a problem").await;
    rdbm.tick("#signed_by_patient").await;
    rdbm.press("Continue").await;
    rdbm.see("Check the patient's answer").await;
    rdbm.press("Record the answer").await;

    // The researcher's page has stayed open, and follows by itself.
    researcher.see("Approved").await;
    researcher.assert_accessible().await;
}

#[tokio::test]
async fn an_approval_is_withdrawn_when_the_rdbm_records_red() {
    let system = System::start().await;
    let researcher = Person::without_javascript(&system.gateway).await;
    researcher.sign_in("researcher").await;
    ask(&researcher, &system, Case::Green).await;
    system.mail.wait_for(1, PATIENCE).await;
    let here = researcher.browser.client.current_url().await.unwrap();
    researcher.go(here.as_str()).await;
    researcher.see("Approved").await;

    let rdbm = Person::new(&system.gateway).await;
    rdbm.sign_in("rdbm").await;
    rdbm.go("/consent-modes").await;
    rdbm.write("#nhs_number", &system.patient(Case::Green).nhs_number.grouped()).await;
    rdbm.press("Find").await;
    let address = rdbm.browser.client.current_url().await.unwrap();
    let number = system.patient(Case::Green).nhs_number.to_string();
    assert!(!address.as_str().contains(&number), "the NHS number stands in the address");
    rdbm.follow("Add").await;
    rdbm.tick("#mode-red").await;
    let today = format!("document.getElementById('decided_on').value = '{}'", system.today());
    rdbm.browser.client.execute(&today, Vec::new()).await.unwrap();
    rdbm.tick("#signed_by_patient").await;
    rdbm.press("Continue").await;
    rdbm.see("Check the new consent mode").await;
    rdbm.press("Add the mode").await;

    system.mail.wait_for(2, PATIENCE).await;
    researcher.go(here.as_str()).await;
    researcher.see("Withdrawn").await;
}
