//! Headers on every answer, requests from other sites, limits.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use coffer_types::Role;

use crate::support::{PASSWORD, Page, Site};

fn assert_headers(page: &Page) {
    let header = |name: &str| page.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default();
    let policy = header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin");
    assert!(header("permissions-policy").contains("camera=()"));
}

#[tokio::test]
async fn every_answer_has_the_headers_and_is_not_stored() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    let forged =
        Request::post("/sign-out").header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap();
    let pages = [
        (browser.get("/").await, StatusCode::OK),
        (browser.get("/nothing-here").await, StatusCode::NOT_FOUND),
        (browser.get("/contact-requests/not-an-id").await, StatusCode::NOT_FOUND),
        (browser.get("/own-patients/new").await, StatusCode::FORBIDDEN),
        (browser.get("/sign-out").await, StatusCode::METHOD_NOT_ALLOWED),
        (browser.get("/letters/01981f00-0000-7000-8000-00000000beef/pdf").await, StatusCode::OK),
        (browser.send(forged).await, StatusCode::FORBIDDEN),
        (site.browser().get("/").await, StatusCode::SEE_OTHER),
        (site.browser().get("/answer/any-token").await, StatusCode::SEE_OTHER),
    ];
    for (page, status) in pages {
        assert_eq!(page.status, status, "{}", page.text);
        assert_headers(&page);
        assert_eq!(page.headers["cache-control"], "no-store");
        assert!(!page.headers.contains_key("strict-transport-security"));
    }
}

#[tokio::test]
async fn with_tls_cookies_and_headers_say_so() {
    let site = Site::start_with(|settings| {
        settings.web.public_url = "https://coffer.example".to_owned().try_into().unwrap();
    })
    .await;
    let mut browser = site.browser();
    let page = browser.post("/sign-in", &[("username", "rdbm"), ("password", PASSWORD)]).await;
    assert!(page.headers["strict-transport-security"].to_str().unwrap().starts_with("max-age=63072000"));
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-coffer=") && cookie.contains("; Secure"), "{cookie}");
    let page = browser.get("/answer/some-token").await;
    let cookie = page.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Secure-coffer-answer=") && cookie.contains("; Secure"), "{cookie}");
    assert!(cookie.contains("Path=/answer") && cookie.contains("Max-Age=1800"), "{cookie}");
}

#[tokio::test]
async fn what_another_site_sends_changes_nothing() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    let forged = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ];
    let posts = [
        "/sign-out",
        "/sign-in",
        "/answer",
        "/contact-requests/new",
        "/account/sign-out-everywhere",
        "/queries/run",
        "/highlights",
        "/databases",
    ];
    for path in posts {
        for (name, value) in forged {
            let request = Request::post(path)
                .header("host", "127.0.0.1:8080")
                .header(name, value)
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::from("username=rdbm&password=x"))
                .unwrap();
            let page = browser.send(request).await;
            assert_eq!(page.status, StatusCode::FORBIDDEN, "{path} {name}: {value}");
            assert!(page.text.contains("sent from another site"));
        }
    }
    assert_eq!(browser.get("/account").await.status, StatusCode::OK);
    assert!(site.audited().await.is_empty());
}

#[tokio::test]
async fn our_own_forms_pass_by_origin_too() {
    let site = Site::start().await;
    let request = Request::post("/sign-out")
        .header("host", "127.0.0.1:8080")
        .header("origin", "http://127.0.0.1:8080")
        .body(Body::empty())
        .unwrap();
    assert_eq!(site.browser_of(Role::Rdbm).await.send(request).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_has_a_limit() {
    let site = Site::start().await;
    let long = "x".repeat(100_000);
    let page = site.browser().post("/sign-in", &[("username", &long), ("password", "x")]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(page.texts("h1"), ["Too much at once"]);
}

#[tokio::test]
async fn broken_forms_are_a_clear_refusal() {
    let site = Site::start().await;
    let request = Request::post("/sign-in")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(b"username=%FF%FE&pass".to_vec()))
        .unwrap();
    let page = site.browser().send(request).await;
    assert!(page.status.is_client_error());
    assert_eq!(page.texts("h1"), ["This could not be understood"]);
}

#[tokio::test]
async fn files_are_kept_for_ever_under_the_address_of_their_hash() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let page = browser.get("/sign-in").await;
    let script = page.text.split('"').find(|part| part.ends_with("coffer.js")).unwrap().to_owned();
    let file = browser.get(&script).await;
    assert_eq!(file.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(file.headers["content-type"], "text/javascript");
    assert_headers(&file);
    assert_eq!(browser.get("/assets/0000000000000000/coffer.js").await.status, StatusCode::NOT_FOUND);
    let request = Request::get(&script).header("accept-encoding", "gzip").body(Body::empty()).unwrap();
    assert_eq!(browser.send(request).await.headers["content-encoding"], "gzip");
}

#[tokio::test]
async fn no_page_holds_inline_script_or_style() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    for path in [
        "/",
        "/desk",
        "/contact-requests/new",
        "/consent-modes",
        "/account",
        "/queries/new",
        "/library/new",
        "/highlights",
        "/databases/demo",
    ] {
        let page = browser.get(path).await;
        assert!(
            page.texts("script:not([src])").is_empty() && page.texts("style, [style]").is_empty(),
            "{path}"
        );
    }
}
