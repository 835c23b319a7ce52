//! Errors as people see them.

use axum::http::StatusCode;
use coffer_types::Role;

use crate::support::{Site, samples};

#[tokio::test]
async fn what_is_not_yours_looks_like_what_does_not_exist() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let strange = browser.get("/contact-requests/01981f00-0000-7000-8000-000000000001").await;
    let nonsense = browser.get("/nothing").await;
    assert_eq!((strange.status, nonsense.status), (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    assert_eq!(strange.texts("main h1, main p"), nonsense.texts("main h1, main p"));
    // The frame stays: the person is still signed in.
    assert_eq!(strange.texts(".nhsuk-header__account-link"), ["Dr researcher"]);
}

#[tokio::test]
async fn roles_keep_to_their_pages() {
    let site = Site::start().await;
    let allowed: [(Role, &[&str]); 4] = [
        (Role::Researcher, &["/contact-requests/new"]),
        (Role::Clinician, &["/own-patients/new"]),
        (
            Role::Rdbm,
            &["/desk", "/contact-requests/new", "/patient-answers", "/letters", "/consent-modes", "/emails"],
        ),
        (Role::Admin, &["/emails"]),
    ];
    let guarded = [
        "/desk",
        "/contact-requests/new",
        "/own-patients/new",
        "/patient-answers",
        "/letters",
        "/consent-modes",
        "/emails",
    ];
    for (role, theirs) in allowed {
        let mut browser = site.browser_of(role).await;
        for path in guarded {
            let expected = if theirs.contains(&path) { StatusCode::OK } else { StatusCode::FORBIDDEN };
            assert_eq!(browser.get(path).await.status, expected, "{role} {path}");
        }
    }
}

#[tokio::test]
async fn without_the_service_behind_there_is_a_sentence_about_it() {
    let site = Site::without_services(|settings| settings.bus.ask_timeout_ms = 200).await;
    let page = site.browser_of(Role::Researcher).await.get("/studies").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(page.texts("h1"), ["This part of the service is not available"]);
    assert!(!page.text.contains(samples::STUDY));
}
