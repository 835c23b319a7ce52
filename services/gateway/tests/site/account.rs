//! One's own sessions and tokens.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use coffer_types::Role;

use crate::support::Site;

#[tokio::test]
async fn sign_out_everywhere_ends_all_sessions_of_this_user() {
    let site = Site::start().await;
    let mut here = site.browser_of(Role::Rdbm).await;
    let mut there = site.browser_of(Role::Rdbm).await;
    let mut other = site.browser_of(Role::Admin).await;
    let page = here.get("/account").await;
    assert_eq!(page.texts("table td:last-child").len(), 2);
    here.post("/account/sign-out-everywhere", &[]).await;
    assert_eq!(here.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(there.get("/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(other.get("/account").await.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_ends_the_session_of_another() {
    let site = Site::start().await;
    let mut victim = site.browser_of(Role::Rdbm).await;
    let id: uuid::Uuid = sqlx::query_scalar("select id from sessions").fetch_one(&site.pool).await.unwrap();
    let mut other = site.browser_of(Role::Admin).await;
    other.post(&format!("/account/sessions/{id}/end"), &[]).await;
    assert_eq!(victim.get("/account").await.status, StatusCode::OK);
    victim.post(&format!("/account/sessions/{id}/end"), &[]).await;
    assert_eq!(victim.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_token_is_shown_once_works_and_can_be_revoked() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    let page = browser.post("/account/tokens", &[("name", "nightly export")]).await;
    let token = page.texts(".coffer-code").remove(0);
    assert!(!browser.get("/account").await.text.contains(&token));

    let by_token = |token: &str| {
        Request::get("/account")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap()
    };
    let page = site.browser().send(by_token(&token)).await;
    assert_eq!(page.texts(".nhsuk-header__account-link"), ["Dr rdbm"]);

    let id: uuid::Uuid = sqlx::query_scalar("select id from api_tokens").fetch_one(&site.pool).await.unwrap();
    browser.post(&format!("/account/tokens/{id}/revoke"), &[]).await;
    assert_eq!(site.browser().send(by_token(&token)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    sqlx::query("update users set disabled_at = now()").execute(&site.pool).await.unwrap();
    assert_eq!(browser.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn audit_entries_are_never_changed() {
    let site = Site::start().await;
    site.browser_of(Role::Rdbm).await.post("/account/sign-out-everywhere", &[]).await;
    assert_eq!(site.audited().await, ["sign_out_everywhere"]);
    for change in
        ["update audit_entries set action = 'x'", "delete from audit_entries", "truncate audit_entries"]
    {
        assert!(sqlx::query(change).execute(&site.pool).await.is_err(), "{change}");
    }
}

#[tokio::test]
async fn how_results_are_shown_is_kept_for_each_user() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    assert_eq!(browser.get("/account/display").await.value("fold_characters"), "400");
    let form = [
        ("rows_per_page", "200"),
        ("fold_characters", "80"),
        ("fold_lines", ""),
        ("line_length", "0"),
        ("ditto", "yes"),
    ];
    let saved = browser.post("/account/display", &form).await;
    let page = browser.get(saved.location()).await;
    assert_eq!(page.texts("option[selected]"), ["200"]);
    assert_eq!((page.value("fold_characters"), page.value("fold_lines")), ("80".to_owned(), "0".to_owned()));
    assert_eq!(page.texts("input[checked] + label").len(), 1);
    let mut other = site.browser_of(Role::Rdbm).await;
    assert_eq!(other.get("/account/display").await.texts("option[selected]"), ["50"]);
}

#[tokio::test]
async fn a_wrong_display_setting_is_named_at_its_field() {
    let site = Site::start().await;
    let form =
        [("rows_per_page", "51"), ("fold_characters", "many"), ("fold_lines", "5"), ("line_length", "0")];
    let page = site.browser_of(Role::Researcher).await.post("/account/display", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields: Vec<_> = page.errors().into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, ["#rows_per_page", "#fold_characters"]);
    assert_eq!(page.value("fold_characters"), "many");
}
