//! Writing queries: the editor's form, saved queries, the helper.

use axum::http::StatusCode;
use coffer_proto::common::v1::Refusal;
use coffer_proto::query::v1::Run;
use coffer_types::Role;

use crate::support::{Page, Site, Visitor, research_samples as samples, run_samples};

const REFUSAL: &str = "pg_sleep (line 2, column 8): This function is not allowed.";

fn fields(page: &Page) -> Vec<String> {
    page.errors().into_iter().map(|(field, _)| field).collect()
}

#[tokio::test]
async fn the_editor_asks_for_the_parameters_then_runs() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let form = [("database", "demo"), ("sql", samples::SQL), ("key", "k"), ("step", "run")];
    let asked = browser.post("/queries/run", &form).await;
    assert_eq!(
        (asked.status, fields(&asked)),
        (StatusCode::UNPROCESSABLE_ENTITY, vec!["#value-since".to_owned()])
    );
    assert_eq!(
        asked.texts("textarea[name=sql]"),
        [samples::SQL.split_whitespace().collect::<Vec<_>>().join(" ")]
    );
    let values = [("kind-since", "date"), ("value-since", "2026-02-01")];
    let run = browser.post("/queries/run", &[&form[..], &values].concat()).await;
    assert_eq!(run.location(), format!("/runs/{}", run_samples::QUEUED));
    let submitted = site.asked.state().runs.submitted.remove(0);
    assert_eq!((submitted.database.as_str(), submitted.sql.as_str()), ("demo", samples::SQL));
    assert_eq!((submitted.kind.as_str(), submitted.accept_stored), ("rows", true));
    let since = &submitted.parameters[0];
    assert_eq!((since.kind.as_str(), since.value.as_deref()), ("date", Some("2026-02-01")));
    let again = browser.post("/queries/run", &[&form[..], &values, &[("again", "yes")]].concat()).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    let again = site.asked.state().runs.submitted.remove(0);
    assert!(!again.accept_stored && again.idempotency_key != submitted.idempotency_key);
}

#[tokio::test]
async fn a_second_click_is_the_same_submission_and_a_changed_query_another() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    for (sql, step) in [("SELECT 1", "run"), ("SELECT 1", "run"), ("SELECT 2", "run"), ("SELECT 1", "count")]
    {
        let form = [("database", "demo"), ("sql", sql), ("key", "k"), ("step", step)];
        browser.post("/queries/run", &form).await;
    }
    let state = site.asked.state();
    let keys: Vec<_> = state.runs.submitted.iter().map(|run| run.idempotency_key.as_str()).collect();
    assert!(keys[0] == keys[1] && keys[0] != keys[2] && keys[0] != keys[3] && !keys[0].is_empty());
    let last = state.runs.submitted.last().unwrap();
    assert_eq!((last.kind.as_str(), last.accept_stored), ("count", false));
}

#[tokio::test]
async fn a_stored_answer_says_so() {
    let site = Site::start().await;
    let done = Run { state: "done".to_owned(), ..run_samples::queued() };
    site.asked.state().runs.changed.insert(run_samples::QUEUED.to_owned(), done);
    let form = [("database", "demo"), ("sql", "SELECT 1"), ("step", "run")];
    let run = site.browser_of(Role::Researcher).await.post("/queries/run", &form).await;
    assert_eq!(run.location(), format!("/runs/{}?stored=1", run_samples::QUEUED));
}

#[tokio::test]
async fn a_refusal_of_the_gate_keeps_the_query_and_names_the_place() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    site.asked.state().runs.refusal = Some(Refusal::invalid("sql", REFUSAL));
    let form = [("database", "demo"), ("sql", "SELECT\r\n       pg_sleep(1)"), ("step", "explain")];
    let page = browser.post("/queries/run", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.errors(), [("#sql".to_owned(), format!("P{}", &REFUSAL[1..]))]);
    assert_eq!(page.texts("textarea[name=sql][data-line='2'][data-column='8']"), ["SELECT pg_sleep(1)"]);
    site.asked.state().runs.refusal = Some(Refusal::invalid("parameters[0]", "Not a day."));
    let form = [("database", "demo"), ("sql", "SELECT :day"), ("kind-day", "date"), ("value-day", "soon")];
    assert_eq!(fields(&browser.post("/queries/run", &form).await), ["#value-day"]);
}

#[tokio::test]
async fn a_query_may_be_long() {
    let site = Site::start().await;
    let sql = format!("SELECT rid FROM note WHERE rid IN ('{}')", "r1', 'r2".repeat(30_000));
    let form = [("database", "demo"), ("sql", sql.as_str())];
    let run = site.browser_of(Role::Researcher).await.post("/queries/run", &form).await;
    assert_eq!(run.status, StatusCode::SEE_OTHER);
    assert_eq!(site.asked.state().runs.submitted[0].sql.len(), sql.len());
}

#[tokio::test]
async fn an_empty_form_says_what_is_missing() {
    let site = Site::start().await;
    let page = site.browser_of(Role::Researcher).await.post("/queries/run", &[("step", "run")]).await;
    assert_eq!(fields(&page), ["#database", "#sql"]);
    assert!(site.asked.state().runs.submitted.is_empty());
}

#[tokio::test]
async fn the_editor_begins_with_a_run_a_saved_or_a_standard_query() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let run = browser.get(&format!("/queries/new?run={}", run_samples::DONE)).await;
    assert!(run.texts("textarea[name=sql]")[0].starts_with("SELECT rid, age"));
    let saved = browser.get(&format!("/queries/new?query={}", samples::SAVED)).await;
    assert_eq!(
        (saved.value("value-since"), saved.value("query_id")),
        ("2026-01-01".to_owned(), samples::SAVED.to_owned())
    );
    let old = browser.get(&format!("/queries/new?query={}&version=1", samples::SAVED)).await;
    assert_eq!(old.texts("textarea[name=sql]"), ["SELECT rid FROM note"]);
    assert!(old.texts("#parameters legend").is_empty());
    let standard = browser.get(&format!("/queries/new?standard={}", samples::STANDARD)).await;
    assert_eq!(standard.texts("#parameters legend").len(), 3);
    let database = browser.get("/queries/new?database=community").await;
    assert_eq!(database.texts("#database option[selected]"), ["Community <records> (not available now)"]);
}

#[tokio::test]
async fn a_run_belongs_to_a_saved_query_only_while_it_is_the_same() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let changed = format!("{} LIMIT 1", samples::SQL);
    for sql in [samples::SQL, &changed] {
        let form = [("database", "demo"), ("sql", sql), ("query_id", samples::SAVED), ("value-since", "")];
        assert_eq!(browser.post("/queries/run", &form).await.status, StatusCode::SEE_OTHER);
    }
    let state = site.asked.state();
    let ids: Vec<_> = state.runs.submitted.iter().map(|run| run.saved_query_id.as_str()).collect();
    assert_eq!(ids, [samples::SAVED, ""]);
    assert_eq!(state.runs.submitted[0].parameters[0].value, None);
}

#[tokio::test]
async fn a_query_is_saved_from_the_editor() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let query =
        [("database", "demo"), ("sql", samples::SQL), ("kind-since", "date"), ("value-since", "2026-01-01")];
    let form = browser.post("/queries/run", &[&query[..], &[("step", "save")]].concat()).await;
    assert_eq!(form.texts("h1"), ["Save a query"]);
    let named = [("name", " Notes "), ("note", "Why"), ("tags", "sleep, , notes")];
    let saved = browser.post("/queries/save", &[&query[..], &named].concat()).await;
    assert_eq!(saved.location(), format!("/queries/{}?saved=yes", samples::SAVED));
    let query = site.asked.state().research.saved.remove(0).query.unwrap();
    assert_eq!((query.id.as_str(), query.name.as_str(), query.sql.as_str()), ("", "Notes", samples::SQL));
    assert_eq!(query.tags, ["sleep", "notes"]);
    assert_eq!(query.parameters[0].value.as_deref(), Some("2026-01-01"));
}

#[tokio::test]
async fn what_is_wrong_with_a_saved_query_shows_where_it_can_be_mended() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let form = [("database", "demo"), ("sql", "SELECT 1"), ("query_id", samples::SAVED), ("name", "")];
    site.asked.state().research.refusal = Some(Refusal::invalid("query.name", "Enter a name."));
    let page = browser.post("/queries/save", &form).await;
    assert_eq!(
        (page.texts("h1"), fields(&page)),
        (vec!["Save a query".to_owned()], vec!["#name".to_owned()])
    );
    site.asked.state().research.refusal = Some(Refusal::invalid("query.sql", REFUSAL));
    let page = browser.post("/queries/save", &form).await;
    assert_eq!(
        (page.texts("h1"), fields(&page)),
        (vec!["Write a query".to_owned()], vec!["#sql".to_owned()])
    );
}

#[tokio::test]
async fn saved_queries_are_found_and_deleted_after_a_look() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let list = browser.get("/queries?search=sleep&page=2").await;
    assert_eq!(list.texts("main tbody td:first-child"), ["Notes <since>"]);
    assert!(
        list.text.contains("/queries?search=sleep&#38;page=3")
            || list.text.contains("search=sleep&amp;page=3")
    );
    let listed = site.asked.state().research.listed.remove(0);
    assert_eq!((listed.search.as_str(), listed.page.unwrap().offset), ("sleep", 50));
    let path = format!("/queries/{}/delete", samples::SAVED);
    assert_eq!(browser.get(&path).await.texts("h1"), ["Delete a query"]);
    assert!(site.asked.state().research.deleted.is_empty());
    assert_eq!(browser.post(&path, &[]).await.location(), "/queries?deleted=yes");
    assert_eq!(site.asked.state().research.deleted, [samples::SAVED]);
}

#[tokio::test]
async fn the_query_of_another_is_not_there_by_any_way() {
    let site = Site::start().await;
    let mut other = site.browser_of(Role::Admin).await;
    let saved = format!("/queries/{}", samples::SAVED);
    for path in ["", "/edit", "/delete"] {
        let page = other.get(&format!("{saved}{path}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
    }
    let starts = [("query", samples::SAVED), ("run", run_samples::DONE), ("standard", samples::SAVED)];
    for (what, id) in starts {
        let page = other.get(&format!("/queries/new?{what}={id}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{what}");
    }
    assert_eq!(other.post(&format!("{saved}/delete"), &[]).await.status, StatusCode::NOT_FOUND);
    let form =
        [("database", "demo"), ("sql", samples::SQL), ("query_id", samples::SAVED), ("value-since", "")];
    assert_eq!(other.post("/queries/save", &form).await.status, StatusCode::NOT_FOUND);
    // As after its deletion: the text runs, and belongs to nothing.
    assert_eq!(other.post("/queries/run", &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.asked.state().runs.submitted[0].saved_query_id, "");
    let saving = other.post("/queries/run", &[&form[..], &[("step", "save")]].concat()).await;
    assert_eq!((saving.value("query_id"), saving.value("name")), (String::new(), String::new()));
    assert!(site.asked.state().research.saved.is_empty() && site.asked.state().research.deleted.is_empty());
}

#[tokio::test]
async fn the_helper_shows_its_query_before_it_runs() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let form = [
        ("database", "demo"),
        ("id_kind", "rid"),
        ("fragment", " sleep "),
        ("least_width", ""),
        ("with_date", "yes"),
    ];
    let page = browser.post("/queries/text-anywhere", &form).await;
    assert_eq!(page.texts("h1"), ["Write a query"]);
    assert!(page.texts(".nhsuk-inset-text")[0].ends_with("This query looks into 12 columns."));
    assert_eq!(page.value("value-fragment"), "%sleep%");
    let made = site.asked.state().research.made.remove(0);
    assert_eq!(
        (made.fragment.as_str(), made.least_width, made.with_date, made.use_full_text),
        ("sleep", 0, true, false)
    );
    let wrong = browser.post("/queries/text-anywhere", &[("least_width", "wide")]).await;
    assert_eq!(fields(&wrong), ["#database", "#fragment", "#least_width"]);
    site.asked.state().research.refusal = Some(Refusal::invalid("id_value", "Enter an id."));
    assert_eq!(fields(&browser.post("/queries/text-anywhere", &form).await), ["#id_value"]);
}

#[tokio::test]
async fn names_come_for_completion_and_for_the_panel() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let names = browser.get("/databases/demo/completion").await;
    assert_eq!(names.headers["cache-control"], "private, max-age=300");
    let json: serde_json::Value = serde_json::from_str(&names.text).unwrap();
    assert_eq!(json["schemas"]["public"]["Admission"], serde_json::json!(["rid", "admitted_on"]));
    assert_eq!(browser.get("/databases/secret/completion").await.status, StatusCode::NOT_FOUND);
    let panel = browser.get("/queries/names?database=demo&names=admi").await;
    assert!(panel.text.contains("data-insert=\"public.&#34;Admission&#34;\""), "{}", panel.text);
    assert_eq!(panel.texts("details").len(), 1);
    assert_eq!(site.browser().get("/queries/names").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_script_turns_the_text_area_into_an_editor_under_the_policy_of_the_page() {
    let site = Site::start().await;
    site.asked.state().runs.refusal = Some(Refusal::invalid("sql", REFUSAL));
    let visitor = Visitor::of(&site).await;
    visitor.watch_policy().await;
    visitor.sign_in(Role::Researcher).await;
    visitor.open("/queries/new?database=demo").await;
    visitor.find("#sql:not(textarea)").await;
    visitor.run("document.getElementById('sql').focus()").await;
    visitor.type_keys("SELECT 'one'\u{e007}FROM two WHERE three").await;
    visitor.select_all().await;
    visitor.type_keys("SELECT 1,\u{e007}:since ").await;
    visitor.find("#value-since").await;
    visitor.find(".coffer-names [data-insert='public.note']").await.click().await.unwrap();
    assert_eq!(visitor.run(TEXT).await, "SELECT 1,\n:since public.note");
    // Escape, then Tab leaves the editor; Tab alone would not.
    visitor.type_keys("\u{e004}").await;
    assert_eq!(visitor.run("return document.activeElement.id").await, "sql");
    visitor.type_keys("\u{e00c}\u{e004}").await;
    assert_eq!(visitor.run("return document.activeElement.id").await, "kind-since");
    assert_eq!(visitor.policy_violations().await, [""; 0]);
    visitor.find("[data-run]").await.click().await.unwrap();
    visitor.find(".nhsuk-error-summary a[href='#sql']").await.click().await.unwrap();
    assert_eq!(visitor.run("return document.activeElement.id").await, "sql");
    assert_eq!(visitor.run(MARKED).await, ":since", "the second line is marked");
    assert_eq!(visitor.policy_violations().await, [""; 0]);
}

const TEXT: &str = "return document.querySelector('textarea[name=sql]').value";
const MARKED: &str = "return document.getElementById('sql').shadowRoot.querySelector('.cm-refused').textContent.trim().slice(0, 6)";
