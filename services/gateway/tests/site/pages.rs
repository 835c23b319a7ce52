//! What each page says, as snapshots of its main part.

use coffer_types::Role;
use insta::{assert_snapshot, with_settings};

use crate::support::{Browser, Page, Site, research_samples, run_samples, samples};

/// Random keys are not part of what a page says.
fn assert_page(name: &str, page: &Page) {
    assert!(page.status.is_success(), "{name}: {}", page.status);
    with_settings!({filters => vec![
        (r#"name="key" type="hidden" value="[^"]*""#, r#"name="key" type="hidden" value="(key)""#),
        (r"/consent-modes/[A-Za-z0-9_-]{40,}", "/consent-modes/(patient)"),
        (r"/account/sessions/[^/]*/end", "/account/sessions/(id)/end"),
        (r"/assets/[0-9a-f]{16}/", "/assets/(hash)/"),
        (r#" maincontent=""#, ""),
    ]}, { assert_snapshot!(name, page.main()) });
}

async fn assert_pages(browser: &mut Browser, who: &str, paths: &[(&str, &str)]) {
    for (name, path) in paths {
        let page = browser.get(path).await;
        assert_page(&format!("{who}_{name}"), &page);
    }
}

#[tokio::test]
async fn pages_of_researchers() {
    let site = Site::start().await;
    let request = format!("/contact-requests/{}", samples::REQUEST);
    let study = format!("/studies/{}", samples::STUDY);
    let closed = format!("/studies/{}", samples::CLOSED_STUDY);
    let saved = format!("/queries/{}", research_samples::SAVED);
    let editor = format!("/queries/new?query={}", research_samples::SAVED);
    let delete = format!("{saved}/delete");
    let standard = format!("/library/{}", research_samples::STANDARD);
    let pages = [
        ("home", "/"),
        ("studies", "/studies"),
        ("study", &study),
        ("closed_study", &closed),
        ("contact_requests", "/contact-requests?submitted=3"),
        ("new_contact_request", "/contact-requests/new"),
        ("contact_request", &request),
        ("databases", "/databases"),
        ("database", "/databases/demo"),
        ("database_as_table", "/databases/demo?view=table"),
        ("queries", "/queries"),
        ("query_editor", &editor),
        ("saved_query", &saved),
        ("saved_query_delete", &delete),
        ("text_anywhere", "/queries/text-anywhere"),
        ("library", "/library"),
        ("standard_query", &standard),
        ("highlights", "/highlights"),
        ("database_table", "/databases/demo/table?schema=public&table=note"),
    ];
    assert_pages(&mut site.browser_of(Role::Researcher).await, "researcher", &pages).await;
}

#[tokio::test]
async fn pages_of_runs() {
    let site = Site::start().await;
    let run = |id: &str, below: &str| format!("/runs/{id}{below}");
    let pages = [
        ("list", "/runs".to_owned()),
        ("queued", run(run_samples::QUEUED, "")),
        ("running", run(run_samples::RUNNING, "")),
        ("failed", run(run_samples::FAILED, "")),
        ("gone", run(run_samples::GONE, "")),
        ("result", run(run_samples::DONE, "?filter=age:at_least:40&sort=-age&hide_empty=true")),
        ("record", run(run_samples::DONE, "/records/2?sort=-age")),
        ("certificate", run(run_samples::DONE, "/certificate")),
    ];
    let pages: Vec<_> = pages.iter().map(|(name, path)| (*name, path.as_str())).collect();
    let mut browser = site.browser_of(Role::Researcher).await;
    assert_pages(&mut browser, "runs", &pages).await;
    let form = browser.post(&run(run_samples::DONE, "/people"), &[("people", "rid"), ("which", "all")]).await;
    assert_page("runs_people", &form);
}

#[tokio::test]
async fn pages_of_the_rdbm() {
    let site = Site::start().await;
    let request = format!("/contact-requests/{}", samples::REQUEST);
    let answer = format!("{request}/patient-answer");
    let email = format!("/emails/{}", samples::EMAIL);
    let standard = format!("/library/{}/edit", research_samples::STANDARD);
    let mut browser = site.browser_of(Role::Rdbm).await;
    let found = browser.post("/consent-modes", &[("nhs_number", samples::NHS_NUMBER)]).await;
    let patient = found.location().to_owned();
    let new_mode = format!("{patient}/new");
    let pages = [
        ("home", "/"),
        ("desk", "/desk"),
        ("contact_request", &request),
        ("patient_answers", "/patient-answers"),
        ("patient_answer", &answer),
        ("letters", "/letters"),
        ("consent_modes_find", "/consent-modes"),
        ("consent_modes", &patient),
        ("consent_mode_new", &new_mode),
        ("emails", "/emails"),
        ("email", &email),
        ("account", "/account"),
        ("display", "/account/display"),
        ("audit", "/audit"),
        ("standard_query_edit", &standard),
    ];
    assert_pages(&mut browser, "rdbm", &pages).await;
    let form = [("mode", "green"), ("decided_on", "2026-06-30"), ("signed_by_patient", "yes")];
    assert_page("rdbm_consent_mode_check", &browser.post(&new_mode, &form).await);
    let form = [("response", "yes"), ("signed_by_patient", "yes")];
    assert_page("rdbm_patient_answer_check", &browser.post(&answer, &form).await);
}

#[tokio::test]
async fn pages_of_clinicians() {
    let site = Site::start().await;
    let pages = [("home", "/"), ("own_patient", "/own-patients/new")];
    assert_pages(&mut site.browser_of(Role::Clinician).await, "clinician", &pages).await;
    let mut stranger = site.browser();
    stranger.get("/answer/some-token").await;
    assert_pages(&mut stranger, "clinician", &[("question", "/answer"), ("sign_in", "/sign-in")]).await;
}

#[tokio::test]
async fn the_frame_tells_system_role_and_place() {
    let site = Site::start().await;
    let page = site.browser_of(Role::Rdbm).await.get("/letters").await;
    let banner = "Test system: nothing here is real. Do not use it for care or research.";
    assert_eq!(page.texts(".coffer-environment p"), [banner]);
    let menu = [
        "Desk",
        "Research",
        "Studies",
        "Contact requests",
        "Patient answers",
        "Letters",
        "Consent modes",
        "E-mails",
        "Audit",
    ];
    assert_eq!(page.texts(".nhsuk-header__navigation-item"), menu);
    assert_eq!(page.texts("[aria-current]"), ["Letters"]);
    assert_eq!(page.texts("title"), ["Letters \u{2013} Coffer"]);
}

#[tokio::test]
async fn letters_are_opened_and_marked() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    let pdf = browser.get(&format!("/letters/{}/pdf", samples::LETTER)).await;
    assert_eq!(pdf.headers["content-type"], "application/pdf");
    assert_eq!(pdf.headers["content-disposition"], "inline; filename=\"approval42.pdf\"");
    let mark = [("state", "printed"), ("back", "/letters?state=to_print")];
    let marked = browser.post(&format!("/letters/{}/state", samples::LETTER), &mark).await;
    assert_eq!(marked.location(), "/letters?state=to_print");
    assert_eq!(site.asked.state().marked[0].state, "printed");
    let sent = browser.post(&format!("/emails/{}/resend", samples::EMAIL), &[]).await;
    assert_eq!(sent.location(), format!("/emails/{}", samples::EMAIL));
    assert_eq!(site.audited().await, ["open_letter", "resend_email"]);
}
