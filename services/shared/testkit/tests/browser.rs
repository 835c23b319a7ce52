//! A real browser shows a page, and axe-core finds its faults.
#![expect(clippy::expect_used, reason = "helpers of tests")]

use coffer_testkit::Browser;

async fn serve(page: &'static str) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let router =
        axum::Router::new().route("/", axum::routing::get(move || async move { axum::response::Html(page) }));
    tokio::spawn(axum::serve(listener, router).into_future());
    url
}

#[tokio::test]
async fn faults_are_found_and_named() {
    let page = "<!doctype html><html lang=en><title>x</title><main><h1>x</h1><img src=data:,></main></html>";
    let browser = Browser::start().await;
    browser.client.goto(&serve(page).await).await.unwrap();
    let violations = browser.axe().await;
    assert_eq!(violations.iter().map(|violation| violation.id.as_str()).collect::<Vec<_>>(), ["image-alt"]);
}

#[tokio::test]
async fn scripts_can_be_switched_off() {
    let page = "<!doctype html><title>plain</title><script>document.title = 'script'</script>";
    let url = serve(page).await;
    let browser = Browser::start_without_javascript().await;
    browser.client.goto(&url).await.unwrap();
    assert_eq!(browser.client.title().await.unwrap(), "plain");
}
