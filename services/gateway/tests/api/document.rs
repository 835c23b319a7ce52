//! The OpenAPI document holds every route, and every route is as it says.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use serde_json::Value;

use crate::client::{pretty, send};
use crate::support::Site;

/// The calls that others build on.
const CALLS: [(&str, &str); 20] = [
    ("get", "/api/v1/studies"),
    ("post", "/api/v1/contact-requests"),
    ("get", "/api/v1/contact-requests"),
    ("get", "/api/v1/contact-requests/{id}"),
    ("post", "/api/v1/contact-requests/{id}/patient-response"),
    ("post", "/api/v1/consent-modes"),
    ("get", "/api/v1/patients/{nhs_number}/consent-mode"),
    ("get", "/api/v1/letters"),
    ("get", "/api/v1/letters/{id}/pdf"),
    ("post", "/api/v1/letters/{id}/state"),
    ("get", "/api/v1/emails"),
    ("get", "/api/v1/emails/{id}"),
    ("get", "/api/v1/databases"),
    ("post", "/api/v1/query-runs"),
    ("get", "/api/v1/query-runs"),
    ("get", "/api/v1/query-runs/{id}"),
    ("delete", "/api/v1/query-runs/{id}"),
    ("get", "/api/v1/query-runs/{id}/rows"),
    ("get", "/api/v1/query-runs/{id}/export"),
    ("get", "/api/v1/query-runs/{id}/events"),
];

fn document() -> Value {
    serde_json::to_value(coffer_gateway::api::document()).unwrap()
}

/// `(method, path)` of all operations.
fn operations(document: &Value) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let methods: Vec<_> = item.as_object().unwrap().keys().cloned().collect();
        methods.into_iter().map(|method| (method, path.clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn the_document_changes_only_on_purpose() {
    insta::assert_snapshot!(pretty(&document()));
}

#[test]
fn every_call_is_described_with_its_problems() {
    let document = document();
    let expected: BTreeSet<_> =
        CALLS.iter().map(|(method, path)| ((*method).to_owned(), (*path).to_owned())).collect();
    assert_eq!(operations(&document), expected);
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    let mut ids = BTreeSet::new();
    for (method, path) in &expected {
        let operation = &document["paths"][path][method];
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{path}: the id is taken");
        assert!(operation["responses"]["401"].is_object(), "{method} {path}");
        assert!(operation["summary"].is_string(), "{method} {path}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#").skip(1) {
        let pointer = reference.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}

#[tokio::test]
async fn the_routers_routes_are_those_of_the_document() {
    let site = Site::without_services(|_| ()).await;
    let described = operations(&document());
    for (_, path) in &described {
        let address = path
            .replace("{id}", "01981f00-0000-7000-8000-00000000c0de")
            .replace("{nhs_number}", "9990000018");
        for method in ["get", "post", "put", "patch", "delete"] {
            let is_described = described.contains(&(method.to_owned(), path.clone()));
            let expected =
                if is_described { StatusCode::UNAUTHORIZED } else { StatusCode::METHOD_NOT_ALLOWED };
            let method: Method = method.to_uppercase().parse().unwrap();
            let request = Request::builder().method(&method).uri(&address).body(Body::empty()).unwrap();
            assert_eq!(send(&site.router, request).await.status, expected, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn the_document_is_served_to_anybody() {
    let site = Site::without_services(|_| ()).await;
    let request = Request::get("/api/openapi.json").body(Body::empty()).unwrap();
    assert_eq!(send(&site.router, request).await.json(StatusCode::OK), document());
}
