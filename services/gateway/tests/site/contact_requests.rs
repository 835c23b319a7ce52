//! From pasted ids to contact requests.

use axum::http::StatusCode;
use coffer_proto::common::v1::Refusal;
use coffer_proto::consent::v1::patient_key::Key;
use coffer_types::Role;

use crate::support::{Page, Site, samples};

fn fields<'a>(patients: &'a str, step: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("study_id", samples::STUDY),
        ("kind", "rid"),
        ("patients", patients),
        ("direct_approach", "yes"),
        ("key", "one-key"),
        ("step", step),
    ]
}

async fn post(site: &Site, patients: &str, step: &str) -> Page {
    site.browser_of(Role::Researcher).await.post("/contact-requests/new", &fields(patients, step)).await
}

#[tokio::test]
async fn ids_are_checked_shown_and_sent_once() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let form = browser.get(&format!("/contact-requests/new?study={}", samples::STUDY)).await;
    assert_eq!(form.texts("option[selected]"), ["42: Sleep and mood in <early> psychosis"]);
    assert_eq!(form.value("key").len(), 36);

    let check = browser.post("/contact-requests/new", &fields("a1\nb2\na1", "check")).await;
    assert_eq!(check.status, StatusCode::OK);
    assert_eq!(check.texts("dd")[1..3], ["2", "1"]);
    assert!(site.asked.state().submitted.is_empty());
    assert_eq!(check.value("patients"), "a1\nb2\na1");

    let sent = browser.post("/contact-requests/new", &fields("a1\nb2\na1", "send")).await;
    assert_eq!(sent.location(), format!("/contact-requests?study={}&submitted=2", samples::STUDY));
    let submitted = site.asked.state().submitted.remove(0);
    assert_eq!(submitted.idempotency_key, "one-key");
    assert!(submitted.direct_approach);
    let keys: Vec<_> = submitted.patients.into_iter().map(|patient| patient.key).collect();
    assert_eq!(keys, [Some(Key::Rid("a1".to_owned())), Some(Key::Rid("b2".to_owned()))]);
    assert_eq!(submitted.caller.unwrap().roles, ["researcher"]);
}

#[tokio::test]
async fn a_single_request_opens_its_page() {
    let site = Site::start().await;
    assert_eq!(post(&site, "a1", "send").await.location(), format!("/contact-requests/{}", samples::REQUEST));
}

#[tokio::test]
async fn what_is_wrong_stands_on_top_with_its_line() {
    let site = Site::start().await;
    let page = post(&site, "good-1\nnot good\n\u{fffd}\u{fffd}", "send").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let reason = "a research id has 1 to 128 letters, digits, hyphens or underscores";
    let errors = page.errors();
    assert_eq!(errors[0], ("#patients".to_owned(), format!("Line 2, \u{201c}not good\u{201d}: {reason}")));
    assert_eq!(errors.len(), 2);
    assert!(site.asked.state().submitted.is_empty());
}

#[tokio::test]
async fn ten_thousand_ids_are_too_many() {
    let site = Site::start().await;
    let many: String = (0..10_000).map(|n| format!("rid-{n}")).collect::<Vec<_>>().join("\n");
    let page = post(&site, &many, "send").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.errors()[0].1, "Enter at most 1000 ids at a time; these are 10000");
}

#[tokio::test]
async fn a_refusal_of_one_patient_names_the_line() {
    let site = Site::start().await;
    site.asked.state().refusal = Some(Refusal::invalid("patients[1].rid", "there is no such patient"));
    let page = post(&site, "a1\n\n\nb2", "send").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let expected = "Line 4, \u{201c}b2\u{201d}: there is no such patient";
    assert_eq!(page.errors(), [("#patients".to_owned(), expected.to_owned())]);
    assert_eq!(page.texts("#patients-error"), [format!("Error: {expected}")]);
    assert_eq!(page.texts("textarea"), ["a1 b2"]);
}

#[tokio::test]
async fn nhs_numbers_are_for_the_rdbm_alone() {
    let site = Site::start().await;
    let mut form = fields("9434765919", "send");
    form[1] = ("kind", "nhs_number");
    let page = site.browser_of(Role::Researcher).await.post("/contact-requests/new", &form).await;
    assert_eq!(page.errors()[0].0, "#kind");
    let page = site.browser_of(Role::Rdbm).await.post("/contact-requests/new", &form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let key = site.asked.state().submitted[0].patients[0].key.clone();
    assert_eq!(key, Some(Key::NhsNumber("9434765919".to_owned())));
}

#[tokio::test]
async fn the_lists_address_holds_all_that_it_shows() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let page = browser.get("/contact-requests?status=approved&search=00012&page=2").await;
    let asked = site.asked.state().listed.remove(0);
    assert_eq!((asked.status.as_str(), asked.search.as_str()), ("approved", "00012"));
    assert_eq!(asked.page.unwrap().offset, 50);
    assert!(
        page.text.contains("/contact-requests?status=approved&amp;search=00012&amp;page=3")
            || page.text.contains("/contact-requests?status=approved&#38;search=00012&#38;page=3")
    );
    assert_eq!(page.texts("option[selected]"), ["Approved"]);
}

#[tokio::test]
async fn a_patients_answer_is_checked_before_it_counts() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    let path = format!("/contact-requests/{}/patient-answer", samples::REQUEST);
    let unsigned = browser.post(&path, &[("response", "yes"), ("step", "check")]).await;
    assert_eq!(unsigned.errors()[0].0, "#decision");
    let form = [("response", "yes"), ("signed_by_patient", "yes")];
    let check = browser.post(&path, &form).await;
    assert_eq!(check.value("signed_by_patient"), "yes");
    assert!(site.asked.state().responses.is_empty());
    let sent = browser.post(&path, &[form[0], form[1], ("step", "send")]).await;
    assert_eq!(sent.location(), format!("/contact-requests/{}", samples::REQUEST));
    let response = site.asked.state().responses.remove(0);
    assert!(response.yes && response.decision.unwrap().signed_by_patient);
    assert_eq!(site.audited().await, ["record_patient_answer"]);
}

#[tokio::test]
async fn a_clinicians_own_patient_becomes_a_request() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Clinician).await;
    let wrong = browser.post("/own-patients/new", &[("nhs_number", "123")]).await;
    let named: Vec<_> = wrong.errors().into_iter().map(|(field, _)| field).collect();
    assert_eq!(named, ["#study_id", "#nhs_number", "#pass_on"]);
    let form =
        [("study_id", samples::STUDY), ("nhs_number", "943 476 5919"), ("pass_on", "rdbm"), ("key", "k")];
    let sent = browser.post("/own-patients/new", &form).await;
    assert_eq!(sent.location(), format!("/contact-requests/{}", samples::REQUEST));
    let initiated = site.asked.state().initiated.remove(0);
    assert!(initiated.pass_to_rdbm);
    assert_eq!(initiated.nhs_number, "9434765919");
}
