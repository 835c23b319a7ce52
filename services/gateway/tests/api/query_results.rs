//! Rows and files of a stored result by API.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use coffer_types::Role;
use rstest::rstest;
use serde_json::json;
use tower::ServiceExt as _;

use crate::client::{Client, pretty};
use crate::support::{Site, run_samples};

fn rows(query: &str) -> String {
    format!("/api/v1/query-runs/{}/rows{query}", run_samples::DONE)
}

fn export(query: &str) -> String {
    format!("/api/v1/query-runs/{}/export{query}", run_samples::DONE)
}

#[tokio::test]
async fn rows_come_in_the_json_form_of_their_columns() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let found = client.get(&rows("?limit=3&columns=rid,age,score\\,+in+%25,in_ward,died_on")).await;
    insta::assert_snapshot!(pretty(&found.json(StatusCode::OK)));
    let asked = site.asked.state().runs.looked_at.remove(0);
    assert_eq!((asked.offset, asked.limit, asked.cut_after, asked.highlight), (0, 3, 0, false));
}

#[tokio::test]
async fn offset_order_columns_and_conditions_are_passed_on() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let query = "?offset=4294967296&limit=2&sort=-age,rid&columns=age,rid&filter=age:at_least:40\
        &filter=note:contains:a%26b:c&filter=died_on:is_null";
    let found = client.get(&rows(query)).await.json(StatusCode::OK);
    assert_eq!(found["offset"], json!(4_294_967_296_u64));
    assert_eq!((&found["total"], &found["rows"]), (&json!(3), &json!([])));
    let asked = site.asked.state().runs.looked_at.remove(0);
    assert_eq!((asked.offset, asked.limit), (4_294_967_296, 2));
    let view = asked.view.unwrap();
    assert_eq!(view.columns, ["age", "rid"]);
    let sort: Vec<_> = view.sort.iter().map(|sort| (sort.column.as_str(), sort.descending)).collect();
    assert_eq!(sort, [("age", true), ("rid", false)]);
    let filters: Vec<_> = view
        .filters
        .iter()
        .map(|one| (one.column.as_str(), one.operator.as_str(), one.value.as_str()))
        .collect();
    let expected = [("age", "at_least", "40"), ("note", "contains", "a&b:c"), ("died_on", "is_null", "")];
    assert_eq!(filters, expected);
}

#[rstest]
#[case("?offset=-1", "offset", StatusCode::UNPROCESSABLE_ENTITY)]
#[case("?limit=0", "limit", StatusCode::UNPROCESSABLE_ENTITY)]
#[case("?limit=1001", "limit", StatusCode::UNPROCESSABLE_ENTITY)]
#[case("?filter=age", "filter", StatusCode::UNPROCESSABLE_ENTITY)]
#[case("?order=age", "order", StatusCode::BAD_REQUEST)]
#[case("?limit=1&limit=2", "limit", StatusCode::BAD_REQUEST)]
#[tokio::test]
async fn a_query_string_that_cannot_be_used_names_its_field(
    #[case] query: &str,
    #[case] field: &str,
    #[case] status: StatusCode,
) {
    let site = Site::start().await;
    let reply = Client::of(&site, Role::Researcher).await.get(&rows(query)).await;
    assert_eq!(reply.errors(status)[0].0, field);
}

#[tokio::test]
async fn a_condition_that_the_service_refuses_names_its_field() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let reply = client.get(&rows("?filter=age:less:not+a+number")).await;
    let errors = reply.errors(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(errors, [("filters[0].value".to_owned(), "This is not a number.".to_owned())]);
}

#[tokio::test]
async fn a_result_that_is_gone_or_not_there_yet_is_a_conflict() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let path = |id: &str| format!("/api/v1/query-runs/{id}/rows");
    let gone = client.get(&path(run_samples::GONE)).await.problem(StatusCode::CONFLICT);
    assert_eq!(gone["detail"], "The result has been deleted. Run the query again.");
    client.get(&path(run_samples::RUNNING)).await.problem(StatusCode::CONFLICT);
}

#[tokio::test]
async fn an_export_is_a_file_with_a_name_and_an_audit_entry() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    let reply = client.get(&export("?format=csv&sort=-age&filter=age:less:50&hide_empty=true")).await;
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::OK, "rid,age\r\nr1,41\r\nr2,\r\n"));
    assert_eq!(reply.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(reply.headers["content-disposition"], "attachment; filename=\"cofferdemo2026.csv\"");
    assert_eq!(reply.headers["cache-control"], "no-store");
    let asked = site.asked.state().runs.exported.remove(0);
    assert_eq!((asked.run_id.as_str(), asked.format.as_str()), (run_samples::DONE, "csv"));
    let view = asked.view.unwrap();
    assert!(view.sort[0].descending && view.hide_empty && view.filters[0].operator == "less");
    assert_eq!(site.audited().await, ["export_result"]);
}

#[tokio::test]
async fn every_format_is_known_and_no_other() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    for format in ["csv", "tsv", "xlsx", "parquet"] {
        assert_eq!(client.get(&export(&format!("?format={format}"))).await.status, StatusCode::OK);
        assert_eq!(site.asked.state().runs.exported.remove(0).format, format);
    }
    for query in ["", "?format=", "?format=CSV", "?format=pdf"] {
        let errors = client.get(&export(query)).await.errors(StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(errors[0].0, "format", "{query}");
    }
    client.get(&export("?format=csv&rows=3")).await.problem(StatusCode::BAD_REQUEST);
    assert!(site.asked.state().runs.exported.is_empty());
}

#[tokio::test]
async fn an_export_that_breaks_off_breaks_the_download() {
    let site = Site::start().await;
    site.asked.state().runs.breaks_off = true;
    let mut browser = site.browser_of(Role::Researcher).await;
    let response = browser.open(Request::get(export("?format=csv")).body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    to_bytes(response.into_body(), usize::MAX).await.unwrap_err();
}

#[tokio::test]
async fn a_long_export_outlives_the_time_limit_of_pages() {
    let site = Site::start_with(|settings| settings.web.timeout_seconds = 0).await;
    site.asked.state().runs.pause = Duration::from_millis(50);
    let client = Client::of(&site, Role::Researcher).await;
    client.get(&rows("")).await.problem(StatusCode::SERVICE_UNAVAILABLE);
    let reply = client.get(&export("?format=csv")).await;
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::OK, "rid,age\r\nr1,41\r\nr2,\r\n"));
}

#[tokio::test]
async fn nothing_leaves_without_an_audit_entry() {
    let site = Site::start().await;
    let client = Client::of(&site, Role::Researcher).await;
    sqlx::query("alter table audit_entries rename to lost").execute(&site.pool).await.unwrap();
    client.get(&export("?format=csv")).await.problem(StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn a_session_downloads_too_and_a_stranger_does_not() {
    let site = Site::start().await;
    let page = site.browser_of(Role::Researcher).await.get(&export("?format=csv")).await;
    assert_eq!(page.status, StatusCode::OK);
    let request = Request::get(export("?format=csv")).body(Body::empty()).unwrap();
    let response = site.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}
