//! Mail scanners follow links, and clinicians press twice: nothing may come of the first, one answer of the second.

use std::time::Duration;

use coffer_tests::{Case, ClinicianLink, System, nonce_of};
use futures::future::join_all;
use reqwest::{Client, Method};
use sqlx::{Connection as _, PgConnection};

/// What must not change: every row that a fact, an answer or a letter would leave.
async fn rows(system: &System) -> Vec<i64> {
    let mut database = PgConnection::connect(system.database_url("coffer_consent")).await.unwrap();
    let mut counts = Vec::new();
    for count in [
        "SELECT count(*) FROM outbox",
        "SELECT count(*) FROM transitions",
        "SELECT count(*) FROM letters",
        "SELECT count(*) FROM clinician_questions WHERE state = 'open'",
    ] {
        counts.push(sqlx::query_scalar(count).fetch_one(&mut database).await.unwrap());
    }
    counts
}

async fn link(system: &System) -> (String, ClinicianLink) {
    let study = system.studies()[0].id.to_string();
    let rid = system.patient(Case::Yellow).rid;
    let id = system.api("researcher").submit(&study, true, &[rid.as_str()]).await.remove(0);
    let mails = system.mail.wait_for(1, Duration::from_secs(10)).await;
    // The mailer's word that the mail was sent must have come, or it would count as a change.
    let path = format!("/contact-requests/{id}");
    system.api("rdbm").wait_for(&path, |request| request["emails"][0]["state"] == "sent").await;
    (id, ClinicianLink::in_mail(&mails[0]))
}

#[tokio::test]
async fn reading_the_link_a_thousand_times_changes_nothing() {
    let system = System::start().await;
    let (_, link) = link(&system).await;
    let before = rows(&system).await;
    let client = Client::builder().cookie_store(true).build().unwrap();
    for round in 0..1_000 {
        let method = if round % 3 == 0 { Method::HEAD } else { Method::GET };
        let mut request = client.request(method, link.url());
        if round % 5 == 0 {
            request = request.header("Sec-Purpose", "prefetch;prerender");
        }
        let response = request.send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.status());
    }
    assert_eq!(rows(&system).await, before);
    let (_, page) = link.open().await;
    assert!(page.contains("name=\"answer\""));
    let forged = link.post("forged", "R", "").await;
    assert!(forged.status().is_client_error(), "{}", forged.status());
    assert_eq!(rows(&system).await, before);
}

#[tokio::test]
async fn a_hundred_answers_at_once_are_one_answer_and_one_letter() {
    let system = System::start().await;
    let (id, link) = link(&system).await;
    let (_, page) = link.open().await;
    let nonce = nonce_of(&page);
    join_all((0..100).map(|_| link.post(&nonce, "A", ""))).await;

    let request = system.api("rdbm").get(&format!("/contact-requests/{id}")).await.1;
    let mut database = PgConnection::connect(system.database_url("coffer_consent")).await.unwrap();
    let mut count =
        async |sql: &'static str| -> i64 { sqlx::query_scalar(sql).fetch_one(&mut database).await.unwrap() };
    assert_eq!(
        count("SELECT count(*) FROM clinician_questions WHERE state = 'answered'").await,
        1,
        "{request}"
    );
    assert_eq!(count("SELECT count(*) FROM letters WHERE kind = 'pack'").await, 1);
    assert_eq!(count("SELECT count(*) FROM transitions WHERE to_state LIKE 'answered%'").await, 1);

    let pack = link.get("pack").await;
    assert_eq!(pack.headers()["content-type"], "application/pdf");
}

#[tokio::test]
async fn the_link_leaves_no_trace_of_its_token() {
    let system = System::start().await;
    let (_, link) = link(&system).await;
    link.open().await;
    let token = link.url().rsplit('/').next().unwrap();
    for service in ["gateway", "consent", "mailer"] {
        assert!(system.log(service).iter().all(|line| !line.contains(token)), "{service} logged the token");
    }
    let page = Client::new().get(link.url()).send().await.unwrap();
    assert_eq!(page.headers()["referrer-policy"], "no-referrer");
    assert!(page.headers()["cache-control"].to_str().unwrap().contains("no-store"));
}
