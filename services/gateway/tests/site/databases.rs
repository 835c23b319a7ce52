//! Research databases: what is shown of them, also when one is down or very large.

use axum::http::StatusCode;
use coffer_types::Role;

use crate::support::{Site, Visitor, research_samples as samples};

#[tokio::test]
async fn a_database_that_is_down_is_shown_with_the_reason() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let list = browser.get("/databases").await;
    assert_eq!(list.texts("main .nhsuk-tag"), ["Available", "Not available"]);
    assert!(list.text.contains("It does not answer.") && !list.text.contains("could write"));
    let page = browser.get("/databases/community").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.texts(".nhsuk-inset-text")[0].contains("cannot be reached now. It does not answer."));
    let list = site.browser_of(Role::Admin).await.get("/databases").await;
    assert!(list.text.contains("The account could write."));
}

#[tokio::test]
async fn a_search_finds_tables_and_columns() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let columns = |page: &crate::support::Page| page.texts("#structure li .coffer-code");
    assert_eq!(columns(&browser.get("/databases/demo?search=written_on").await), ["written_on"]);
    let all = ["rid", "written_on", "note_text"];
    assert_eq!(columns(&browser.get("/databases/demo?search=FREE+text").await), all);
    assert!(columns(&browser.get("/databases/demo?search=nothing").await).is_empty());
    let table = browser.get("/databases/demo?view=table&search=_on").await;
    assert_eq!(table.texts("#structure tbody td:nth-child(3)"), ["written_on", "admitted_on"]);
}

#[tokio::test]
async fn twenty_thousand_tables_are_shown_in_parts() {
    let site = Site::start().await;
    site.asked.state().research.tables = Some(samples::many_tables(20_000, 1));
    let mut browser = site.browser_of(Role::Researcher).await;
    for (path, tables) in [
        ("/databases/demo", 200),
        ("/databases/demo?page=100", 200),
        ("/databases/demo?search=table_00", 200),
        ("/databases/demo?search=table_0001", 10),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.texts("#structure details details").len(), tables, "{path}");
        assert!(page.text.len() < 500_000, "{path}: {}", page.text.len());
    }
    let page = browser.get("/databases/demo/table?schema=schema_1&table=table_01234").await;
    assert_eq!(page.texts("main .coffer-tree__columns li").len(), 1);
    let page = browser.get("/databases/demo?view=table&page=400").await;
    assert_eq!(page.texts("#structure tbody tr").len(), 50);
}

#[tokio::test]
async fn with_javascript_the_tree_follows_what_is_typed_and_unfolds_on_demand() {
    let site = Site::start().await;
    site.asked.state().research.tables = Some(samples::many_tables(1_000, 10));
    let visitor = Visitor::of(&site).await;
    visitor.watch_policy().await;
    visitor.sign_in(Role::Researcher).await;
    visitor.open("/databases/demo").await;
    visitor.find("#structure details details summary").await.click().await.unwrap();
    visitor.find("#structure details details[open] li:nth-child(10)").await;
    visitor.find("#search").await.send_keys("table_00999 column_7").await.unwrap();
    visitor.find("#structure details details:only-of-type[open] li:only-child").await;
    assert_eq!(visitor.policy_violations().await, [""; 0]);
}

#[tokio::test]
async fn the_structure_comes_as_a_file() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let file = browser.get("/databases/demo/structure/tsv").await;
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"structuredemo.tsv\"");
    assert_eq!(file.headers["content-type"], "text/tab-separated-values");
    assert_eq!(file.text, "schema\ttable\n");
    for path in ["/databases/secret/structure/tsv", "/databases/demo/structure/exe"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    for path in ["/databases/secret", "/databases/demo/table?schema=public&table=secret"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn those_who_run_the_site_read_the_structure_again() {
    let site = Site::start().await;
    let refused = site.browser_of(Role::Researcher).await.post("/databases", &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let mut browser = site.browser_of(Role::Rdbm).await;
    let done = browser.post("/databases", &[("back", "/databases/demo")]).await;
    assert_eq!(done.location(), "/databases/demo?refreshed=yes");
    let done = browser.post("/databases", &[("back", "//evil.example")]).await;
    assert_eq!(done.location(), "/?refreshed=yes");
    assert_eq!(site.asked.state().research.refreshed, 2);
}
