//! Signing in, staying in, getting out.

use axum::http::StatusCode;
use chrono::TimeDelta;
use coffer_gateway::{Command, Gateway};
use coffer_runtime::{Environment, Service as _};
use coffer_types::Role;

use crate::support::{Browser, PASSWORD, Page, Site};

async fn sign_in(browser: &mut Browser, username: &str, password: &str, next: &str) -> Page {
    browser.post("/sign-in", &[("username", username), ("password", password), ("next", next)]).await
}

#[tokio::test]
async fn a_person_signs_in_is_known_and_signs_out() {
    let site = Site::start().await;
    let mut browser = site.browser();
    assert_eq!(
        browser.get("/emails?state=refused").await.location(),
        "/sign-in?next=%2Femails%3Fstate%3Drefused"
    );

    let page = sign_in(&mut browser, " RDBM ", PASSWORD, "/emails?state=refused").await;
    assert_eq!(page.location(), "/emails?state=refused");
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
        "{cookie}"
    );
    let home = browser.get("/").await;
    assert_eq!(home.texts(".nhsuk-header__account-link"), ["Dr rdbm"]);

    let before = browser.clone();
    assert_eq!(browser.post("/sign-out", &[]).await.location(), "/sign-in");
    assert!(browser.cookies.is_empty());
    // The old cookie is worth nothing, even to somebody who kept it.
    assert_eq!(before.clone().get("/").await.location(), "/sign-in?next=%2F");
    assert_eq!(site.audited().await, ["sign_in", "sign_out"]);
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_look_the_same() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let wrong_password = sign_in(&mut browser, "rdbm", "wrong", "/").await;
    let wrong_name = sign_in(&mut browser, "nobody", "wrong", "/").await;
    assert_eq!(wrong_password.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(wrong_name.status, wrong_password.status);
    assert_eq!(wrong_name.text.replace("nobody", "rdbm"), wrong_password.text);
    let expected = ("#username".to_owned(), "The username or the password is wrong".to_owned());
    assert_eq!(wrong_name.errors(), [expected]);
    assert!(!wrong_name.text.contains("value=\"wrong\""));
}

#[tokio::test]
async fn guessing_is_throttled_until_time_has_passed() {
    let site = Site::start_with(|settings| settings.sign_in.account.burst = 3).await;
    let mut browser = site.browser();
    for _ in 0..3 {
        let page = sign_in(&mut browser, "rdbm", "guess", "/").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    // Now not even the right password is heard.
    let page = sign_in(&mut browser, "rdbm", PASSWORD, "/").await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(page.texts(".nhsuk-error-summary__list")[0].starts_with("There were too many attempts"));
    // Another account is.
    assert_eq!(sign_in(&mut site.browser(), "admin", PASSWORD, "/").await.location(), "/");

    site.clock.advance(TimeDelta::seconds(30));
    assert_eq!(sign_in(&mut browser, "rdbm", PASSWORD, "/").await.location(), "/");
}

#[tokio::test]
async fn a_network_is_throttled_over_all_accounts() {
    let site = Site::start_with(|settings| settings.sign_in.network.burst = 2).await;
    let mut browser = site.browser();
    for username in ["one", "two"] {
        assert_eq!(sign_in(&mut browser, username, "x", "/").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(sign_in(&mut browser, "three", "x", "/").await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn right_sign_ins_are_never_throttled() {
    let site = Site::start_with(|settings| settings.sign_in.account.burst = 1).await;
    for _ in 0..3 {
        assert_eq!(sign_in(&mut site.browser(), "rdbm", PASSWORD, "/").await.location(), "/");
    }
}

#[tokio::test]
async fn signing_in_leads_to_this_site_only() {
    let site = Site::start().await;
    for next in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"] {
        assert_eq!(sign_in(&mut site.browser(), "rdbm", PASSWORD, next).await.location(), "/", "{next}");
    }
}

#[tokio::test]
async fn a_session_id_is_new_at_each_sign_in() {
    let site = Site::start().await;
    let mut browser = site.browser();
    browser.cookies.insert("coffer".to_owned(), "planted".to_owned());
    sign_in(&mut browser, "rdbm", PASSWORD, "/").await;
    let first = browser.cookies["coffer"].clone();
    assert_ne!(first, "planted");
    let kept = browser.clone();
    sign_in(&mut browser, "rdbm", PASSWORD, "/").await;
    assert_ne!(browser.cookies["coffer"], first);
    assert_eq!(kept.clone().get("/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_by_idling_and_after_twelve_hours() {
    let site = Site::start().await;
    let mut idle = site.browser_of(Role::Rdbm).await;
    let mut busy = site.browser_of(Role::Rdbm).await;
    for _ in 0..25 {
        site.clock.advance(TimeDelta::minutes(29));
        busy.get("/account").await;
    }
    assert_eq!(idle.get("/account").await.status, StatusCode::SEE_OTHER);
    // 12 hours are 24 times 30 minutes: busy or not, it has ended.
    assert_eq!(busy.get("/account").await.status, StatusCode::SEE_OTHER);

    let mut fresh = site.browser();
    sign_in(&mut fresh, "rdbm", PASSWORD, "/").await;
    site.clock.advance(TimeDelta::minutes(29));
    assert_eq!(fresh.get("/account").await.status, StatusCode::OK);
    site.clock.advance(TimeDelta::minutes(29));
    assert_eq!(fresh.get("/account").await.status, StatusCode::OK);
    site.clock.advance(TimeDelta::minutes(31));
    assert_eq!(fresh.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn demo_users_sign_in_and_have_no_place_in_production() {
    let site = Site::without_services(|_| ()).await;
    sqlx::query("delete from users").execute(&site.pool).await.unwrap();
    let mut production = site.context.clone();
    production.environment = Environment::Production;
    assert!(Gateway::command(Command::SeedDemo, site.settings.clone(), production).await.is_err());

    // A second time changes nothing.
    for _ in 0..2 {
        Gateway::command(Command::SeedDemo, site.settings.clone(), site.context.clone()).await.unwrap();
    }
    for user in coffer_demo::users() {
        let mut browser = site.browser();
        assert_eq!(
            sign_in(&mut browser, user.username, user.password, "/account").await.location(),
            "/account"
        );
        assert_eq!(browser.get("/account").await.texts(".nhsuk-header__account-link"), [user.name]);
    }
}
