//! A researcher in a real browser: writes, runs, reads, cancels, downloads, asks for contact. Every page passes axe.

use coffer_tests::{Case, Person, System};
use fantoccini::Locator;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use serde_json::Value;

use crate::ends::ENDLESS;

/// Types a query into the editor and runs it.
async fn run(person: &Person, sql: &str) {
    person.go("/queries/new").await;
    let browser = &person.browser.client;
    browser.wait().for_element(Locator::Css("#sql:not(textarea)")).await.unwrap();
    browser.execute("document.getElementById('sql').focus()", Vec::new()).await.unwrap();
    let keys = sql.chars().flat_map(|value| [KeyAction::Down { value }, KeyAction::Up { value }]);
    let typing = keys.fold(KeyActions::new("keys".to_owned()), KeyActions::then);
    browser.perform_actions(typing).await.unwrap();
    person.press("Run").await;
}

/// What the browser gets when it follows the link with this text.
async fn download(person: &Person, label: &str) -> String {
    let script = "const [label, done] = arguments;
        const link = [...document.querySelectorAll('a[download]')].find((link) => link.textContent === label);
        fetch(link.href).then((response) => response.text()).then(done);";
    let text = person.browser.client.execute_async(script, vec![Value::from(label)]).await.unwrap();
    text.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn from_a_query_to_a_contact_request() {
    let system = System::start().await;
    let person = Person::new(&system.gateway).await;
    person.sign_in("researcher").await;
    person.go("/highlights").await;
    person.write("#pattern", "the").await;
    person.press("Add").await;

    let rid = system.patient(Case::Green).rid.to_string();
    run(&person, &format!("select note_id, rid, body from note where rid = '{rid}' order by note_id")).await;
    person.see("Result of a query").await;
    let address = person.browser.client.current_url().await.unwrap();
    assert!(address.path().starts_with("/runs/"), "{address}");
    person.see("Highlights:").await;
    person.browser.client.find(Locator::Css("tbody mark.highlight")).await.unwrap();
    person.follow("note_id").await;
    person.follow("note_id").await;
    person.browser.client.find(Locator::Css("th[aria-sort=descending]")).await.unwrap();
    let csv = download(&person, "CSV").await;
    assert!(csv.starts_with("note_id,rid,body") && csv.contains(&rid), "{csv}");
    person.follow("Record 1").await;
    person.follow("Next").await;
    person.follow("Previous").await;

    person.go(address.as_str()).await;
    person.tick("tbody input[name=row]").await;
    person.press("Ask to contact").await;
    person.see("New contact request").await;
    let study = system.studies()[0].id;
    person.tick(&format!("#study_id option[value='{study}']")).await;
    person.press("Continue").await;
    person.see("Found in the result with certificate").await;
    person.press("Send").await;
    person.see("What happened").await;
    person.follow("Query result with certificate").await;
    person.see("Result of a query").await;
    person.follow("Certificate").await;
    person.see("SHA-256 of the values").await;
}

#[tokio::test]
async fn a_run_is_watched_and_cancelled() {
    let system = System::start().await;
    let person = Person::new(&system.gateway).await;
    person.sign_in("researcher").await;
    let id = system.api("researcher").run(ENDLESS).await;
    person.go("/runs").await;
    person.see("Running").await;
    person.go(&format!("/runs/{id}")).await;
    person.see("At work for").await;
    person.press("Cancel this run").await;
    person.see("Nothing was stored, and the database has stopped working on it.").await;
    person.go("/").await;
    person.see("Cancelled").await;
}

#[tokio::test]
async fn all_of_it_works_without_javascript() {
    let system = System::start().await;
    let person = Person::without_javascript(&system.gateway).await;
    person.sign_in("researcher").await;
    person.go("/queries/new").await;
    person.write("#sql", "select rid from patient order by rid").await;
    person.press("Run").await;
    let end = std::time::Instant::now() + std::time::Duration::from_secs(10);
    while !person.text().await.contains("Result of a query") {
        assert!(std::time::Instant::now() < end, "{}", person.text().await);
        let here = person.browser.client.current_url().await.unwrap();
        person.go(here.as_str()).await;
    }
    let id = system.api("researcher").run(ENDLESS).await;
    person.go(&format!("/runs/{id}")).await;
    person.press("Cancel this run").await;
    system.api("researcher").ended(&id).await;
    person.go(&format!("/runs/{id}")).await;
    person.see("Cancelled").await;
}
