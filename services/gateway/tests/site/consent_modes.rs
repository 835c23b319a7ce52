//! Consent modes: the NHS number stays out of addresses, and a mode is checked before it counts.

use axum::http::StatusCode;
use chrono::TimeDelta;
use coffer_proto::common::v1::Refusal;
use coffer_types::Role;

use crate::support::{Browser, Site, samples};

async fn find(browser: &mut Browser) -> String {
    let found = browser.post("/consent-modes", &[("nhs_number", "943 476 5919")]).await;
    found.location().to_owned()
}

#[tokio::test]
async fn the_address_shows_nothing_and_is_good_for_one_user_and_half_an_hour() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    let address = find(&mut browser).await;
    assert!(!address.contains("9434765919"));
    assert_ne!(address, find(&mut browser).await);
    let page = browser.get(&address).await;
    assert_eq!(page.texts(".coffer-identified dd")[1], "943 476 5919");
    assert_eq!(site.audited().await, ["look_up_consent_mode", "look_up_consent_mode"]);

    // Nobody else's: the address is bound to the user.
    let id = crate::support::user_id(Role::Admin);
    sqlx::query("update user_roles set role = 'rdbm' where user_id = $1")
        .bind(id)
        .execute(&site.pool)
        .await
        .unwrap();
    assert_eq!(site.browser_of(Role::Admin).await.get(&address).await.status, StatusCode::NOT_FOUND);

    let mut forged = address.clone();
    forged.pop();
    assert_eq!(browser.get(&forged).await.status, StatusCode::NOT_FOUND);
    site.clock.advance(TimeDelta::minutes(29));
    assert_eq!(browser.get(&address).await.status, StatusCode::OK);
    site.clock.advance(TimeDelta::minutes(2));
    assert_eq!(browser.get(&address).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_wrong_number_is_named_at_its_field() {
    let site = Site::start().await;
    let page =
        site.browser_of(Role::Rdbm).await.post("/consent-modes", &[("nhs_number", "9434765918")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let expected = ("#nhs_number".to_owned(), "The check digit of this NHS number is wrong".to_owned());
    assert_eq!(page.errors(), [expected]);
}

#[tokio::test]
async fn a_mode_is_checked_and_then_added() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    let address = find(&mut browser).await;
    let path = format!("{address}/new");
    let form = [
        ("mode", "red"),
        ("decided_on", "2026-06-30"),
        ("max_approaches_per_year", ""),
        ("signed_by_patient", "yes"),
        ("exclude_entirely", "yes"),
    ];
    let check = browser.post(&path, &form).await;
    assert_eq!(check.texts("h1"), ["Check the new consent mode"]);
    assert_eq!((check.value("mode"), check.value("exclude_entirely")), ("red".to_owned(), "yes".to_owned()));
    assert!(site.asked.state().modes.is_empty());

    let mut sent = form.to_vec();
    sent.push(("step", "send"));
    assert_eq!(browser.post(&path, &sent).await.location(), address);
    let added = site.asked.state().modes.remove(0);
    assert_eq!(added.nhs_number, "9434765919");
    assert!(!added.skip_letter);
    let mode = added.consent_mode.unwrap();
    assert!(mode.exclude_entirely && mode.decision.unwrap().signed_by_patient);
    assert_eq!(mode.mode, "red");
    let last =
        chrono::NaiveDate::from_ymd_opt(2026, 6, 30).unwrap().and_hms_opt(23, 59, 59).unwrap().and_utc();
    assert_eq!(mode.decided_at, Some(coffer_proto::timestamp(last)), "a no outranks all else of its day");
    assert_eq!(site.audited().await, ["look_up_consent_mode", "add_consent_mode"]);

    let today =
        [("mode", "red"), ("decided_on", "2026-07-01"), ("signed_by_patient", "yes"), ("step", "send")];
    assert_eq!(browser.post(&path, &today).await.location(), address);
    let added = site.asked.state().modes.remove(0);
    assert_eq!(added.consent_mode.unwrap().decided_at, None, "from now on");
}

#[tokio::test]
async fn what_is_wrong_with_a_mode_is_named() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    let path = format!("{}/new", find(&mut browser).await);
    let page = browser.post(&path, &[("decided_on", "yesterday"), ("max_approaches_per_year", "-1")]).await;
    let fields: Vec<_> = page.errors().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["#mode", "#decided_on", "#max_approaches_per_year"]);

    site.asked.state().refusal = Some(Refusal::invalid("consent_mode.decided_at", "lies in the future"));
    let form = [("mode", "red"), ("decided_on", "2030-01-01"), ("step", "send")];
    let page = browser.post(&path, &form).await;
    assert_eq!(page.errors(), [("#decided_on".to_owned(), "Lies in the future".to_owned())]);
    assert_eq!(page.texts(".coffer-identified__name"), ["Ms Zara Fictional"]);
    assert!(!page.text.contains(samples::NHS_NUMBER));
}
