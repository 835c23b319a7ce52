//! What belongs to somebody else looks like what does not exist, by every verb and in every format.

use coffer_tests::System;
use reqwest::{Method, StatusCode};

#[tokio::test]
async fn another_users_run_is_not_found_by_any_way() {
    let system = System::start().await;
    let run = system.api("researcher").done("select rid from patient").await;
    let foreign = run["id"].as_str().unwrap().to_owned();
    let missing = "018f0000-0000-7000-8000-000000000000".to_owned();
    let ways = [
        (Method::GET, ""),
        (Method::DELETE, ""),
        (Method::GET, "/rows"),
        (Method::GET, "/rows?offset=1&limit=1&sort=rid"),
        (Method::GET, "/events"),
        (Method::GET, "/export?format=csv"),
        (Method::GET, "/export?format=tsv"),
        (Method::GET, "/export?format=xlsx"),
        (Method::GET, "/export?format=parquet"),
    ];
    for username in ["researcher2", "clinician", "rdbm"] {
        let stranger = system.api(username);
        for (method, way) in &ways {
            let mut answers = Vec::new();
            for id in [&foreign, &missing] {
                let request = stranger.request(method.clone(), &format!("/query-runs/{id}{way}"));
                let response = request.send().await.unwrap();
                assert_eq!(response.status(), StatusCode::NOT_FOUND, "{username} {method} {way}");
                let mut problem: serde_json::Value = response.json().await.unwrap();
                problem.as_object_mut().unwrap().remove("trace_id");
                problem.as_object_mut().unwrap().remove("instance");
                answers.push(problem);
            }
            assert_eq!(answers[0], answers[1], "{username} can tell a foreign run from none");
        }
        let (_, runs) = stranger.get("/query-runs").await;
        assert_eq!(runs["total"], 0, "{username}");
    }
}
