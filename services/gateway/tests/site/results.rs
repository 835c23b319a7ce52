//! Results: the table, its view in the address, records, files, and the way to people.

use std::time::Duration;

use axum::http::StatusCode;
use coffer_gateway::domain::display::DisplaySettings;
use coffer_gateway::store::display_settings;
use coffer_proto::query::v1::{People, Run};
use coffer_types::Role;
use rstest::rstest;

use crate::support::{Site, run_samples, samples, user_id};

fn result(query: &str) -> String {
    format!("/runs/{}{query}", run_samples::DONE)
}

async fn set(site: &Site, settings: DisplaySettings) {
    display_settings::put(&site.pool, user_id(Role::Researcher), settings).await.unwrap();
}

#[tokio::test]
async fn the_address_says_what_is_shown() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let query =
        "?sort=-age,rid&filter=age:at_least:40&filter=died_on:is_null&columns=age,rid&hide_empty=true";
    let page = browser.get(&result(query)).await;
    let asked = site.asked.state().runs.looked_at.remove(0);
    assert_eq!((asked.offset, asked.limit, asked.highlight), (0, 50, true));
    let view = asked.view.unwrap();
    assert_eq!((view.columns.len(), view.filters.len(), view.sort.len(), view.hide_empty), (2, 2, 2, true));
    assert_eq!(page.texts("thead th a"), ["rid", "age"]);
    assert_eq!(page.texts("[aria-sort=descending] a"), ["age"]);
    assert_eq!(page.texts("[aria-sort=ascending] a"), ["rid"]);
    assert_eq!(
        page.texts(".nhsuk-details__text li")[..2],
        [
            "age is at least 40 Remove the condition on age",
            "died_on has no value Remove the condition on died_on"
        ]
    );
    assert!(page.text.contains("3 of 120 rows"));
    let beyond = browser.get(&result("?page=9&filter=age:less:50")).await;
    assert!(beyond.text.contains("This result has no page 9; its last page is 1."));
    let refused = browser.get(&result("?filter=age:like:4")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[rstest]
#[case("?change=condition&column=note&operator=contains&value=a%26b", "?filter=note%3Acontains%3Aa%26b")]
#[case(
    "?sort=age&page=7&change=condition&column=age&operator=is_null&value=",
    "?sort=age&filter=age%3Ais_null"
)]
#[case(
    "?change=columns&offered=6&show=rid&show=score%2C+in+%25",
    "?columns=rid%2Cscore%5C%2C+in+%25&hide_empty=false"
)]
#[tokio::test]
async fn a_form_leads_to_the_address_of_its_view(#[case] form: &str, #[case] address: &str) {
    let site = Site::start().await;
    let page = site.browser_of(Role::Researcher).await.get(&result(form)).await;
    assert_eq!(page.location(), result(address));
    assert!(site.asked.state().runs.looked_at.is_empty());
}

#[tokio::test]
async fn the_users_settings_shape_the_table() {
    let site = Site::start().await;
    let settings = DisplaySettings {
        rows_per_page: 20,
        fold_characters: 10,
        fold_lines: 0,
        line_length: 50,
        ditto: true,
        hide_empty: true,
    };
    set(&site, settings).await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let page = browser.get(&result("?page=2")).await;
    let asked = site.asked.state().runs.looked_at.remove(0);
    assert_eq!((asked.offset, asked.limit, asked.view.unwrap().hide_empty), (20, 20, true));
    assert_eq!(page.texts("tbody th a")[18..], ["Record 39", "Record 40"]);
    assert_eq!(page.texts("[aria-hidden=true]").iter().filter(|text| *text == "\u{3003}").count(), 12);
    let folded = page.texts("details.coffer-fold summary");
    assert_eq!(folded[1], "Show all of this text (1,154 characters)");
    assert_eq!(folded[2], "Show all of this text (54 characters)");
    assert_eq!(page.texts("table.coffer-rows--60").len(), 1);
    assert!(page.text.contains("Left out: <span class=\"coffer-code\">died_on</span>"));
    browser.get(&result("?hide_empty=false")).await;
    assert!(!site.asked.state().runs.looked_at.remove(0).view.unwrap().hide_empty);
}

#[tokio::test]
async fn null_and_an_empty_text_are_told_apart_and_text_is_no_html() {
    let site = Site::start().await;
    let page = site.browser_of(Role::Researcher).await.get(&result("")).await;
    let last = page.texts("tbody tr:nth-child(3) td");
    assert_eq!(last, ["", "r2", "NULL", "-2", "NULL", "empty text", "NULL"]);
    assert!(page.texts("tbody b").is_empty());
    assert_eq!(page.texts("tbody mark")[..2], ["low & tearful (Mood)", "sleep (Sleep)"]);
    assert_eq!(page.texts(".coffer-legend mark"), ["Mood", "Sleep"]);
}

#[tokio::test]
async fn a_page_of_very_large_rows_is_whole() {
    let site = Site::start().await;
    set(&site, DisplaySettings { rows_per_page: 10, ..DisplaySettings::default() }).await;
    site.asked.state().runs.one_at_a_time = true;
    let page = site.browser_of(Role::Researcher).await.get(&result("?page=12")).await;
    assert_eq!(page.texts("tbody tr").len(), 10);
    let asked: Vec<_> =
        site.asked.state().runs.looked_at.iter().map(|asked| (asked.offset, asked.limit)).collect();
    assert_eq!((asked[0], asked[1], asked[9]), ((110, 10), (111, 9), (119, 1)));
    assert_eq!(asked.len(), 10);
}

#[tokio::test]
async fn a_condition_that_cannot_be_used_is_told_beside_its_field() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let page = browser.get(&result("?filter=rid:is_not_null&filter=age:less:not+a+number")).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.errors(), [("#value".to_owned(), "This is not a number.".to_owned())]);
    let conditions = page.texts(".nhsuk-details__text li");
    assert_eq!(conditions[0], "rid has a value Remove the condition on rid");
    assert!(!conditions.iter().any(|condition| condition.starts_with("age")));
}

#[tokio::test]
async fn an_order_that_takes_a_while_is_waited_for() {
    let site = Site::start_with(|settings| settings.bus.ask_timeout_ms = 500).await;
    site.asked.state().runs.pause = Duration::from_millis(800);
    let mut browser = site.browser_of(Role::Researcher).await;
    for path in ["?sort=age&filter=age:less:50", "/records/1?sort=age"] {
        assert_eq!(browser.get(&result(path)).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_result_says_when_it_is_stored_or_old() {
    let site = Site::start().await;
    let changed = Run { data_changed: true, ..run_samples::done() };
    let mut browser = site.browser_of(Role::Researcher).await;
    assert!(browser.get(&result("")).await.texts(".nhsuk-inset-text").is_empty());
    let stored = browser.get(&result("?stored=1")).await.texts(".nhsuk-inset-text p");
    assert_eq!(
        stored,
        [
            "This is the result that you have of the same query on the same data, of 1 Jul 2026 13:05. It was not run again."
        ]
    );
    site.asked.state().runs.changed.insert(changed.id.clone(), changed);
    let old = browser.get(&result("")).await.texts(".nhsuk-inset-text p");
    assert!(old[0].starts_with("The data of this database have changed since 1 Jul 2026 13:05"), "{old:?}");
}

#[tokio::test]
async fn records_follow_each_other_in_the_view() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let page = browser.get(&result("/records/51?sort=-age")).await;
    let asked = site.asked.state().runs.looked_at.remove(0);
    assert_eq!((asked.offset, asked.limit, asked.cut_after), (50, 1, 0));
    assert!(asked.view.unwrap().sort[0].descending);
    for href in ["/records/50?sort=-age", "/records/52?sort=-age", "?page=2&#38;sort=-age"] {
        assert!(page.text.contains(&format!("href=\"{}\"", result(href))), "{href}");
    }
    let first = browser.get(&result("/records/1")).await;
    assert_eq!(first.texts("main [rel]"), ["Next record"]);
    for wrong in ["/records/0", "/records/-1", "/records/x"] {
        assert_eq!(browser.get(&result(wrong)).await.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn a_view_is_downloaded_and_recorded() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let page = browser.get(&result("?sort=-age&columns=rid,age")).await;
    let links = page.text.split("href=\"").filter(|link| link.contains("/export?")).count();
    assert_eq!(links, 4);
    let file = browser.get(&result("/export?format=csv&sort=-age&columns=rid%2Cage")).await;
    assert_eq!(file.text, "rid,age\r\nr1,41\r\nr2,\r\n");
    assert_eq!(file.headers["content-disposition"], "attachment; filename=\"cofferdemo2026.csv\"");
    let view = site.asked.state().runs.exported.remove(0).view.unwrap();
    assert_eq!(view.columns, ["rid", "age"]);
    assert_eq!(site.audited().await, ["export_result"]);
    assert_eq!(browser.get(&result("/export?format=exe")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn chosen_rows_become_a_contact_request_with_the_certificate() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let chosen = [("people", "rid"), ("which", "chosen"), ("row", "0"), ("row", "7"), ("sort", "-age")];
    let form = browser.post(&result("/people"), &chosen).await;
    assert_eq!(form.status, StatusCode::OK);
    let selected = site.asked.state().runs.selected.remove(0);
    assert_eq!((selected.column.as_str(), selected.rows.as_slice()), ("rid", &[0, 7][..]));
    assert!(selected.view.unwrap().sort[0].descending);
    assert_eq!(form.texts("textarea"), ["r1"]);
    assert_eq!(form.value("certificate_id"), run_samples::DONE);

    let key = form.value("key");
    let mut fields = vec![("study_id", samples::STUDY), ("kind", "rid"), ("patients", "r1"), ("key", &key)];
    fields.push(("certificate_id", run_samples::DONE));
    let check = browser.post("/contact-requests/new", &[&fields[..], &[("step", "check")]].concat()).await;
    assert_eq!(check.value("certificate_id"), run_samples::DONE);
    browser.post("/contact-requests/new", &[&fields[..], &[("step", "send")]].concat()).await.location();
    let submitted = site.asked.state().submitted.remove(0);
    assert_eq!((submitted.certificate_id.as_str(), submitted.idempotency_key), (run_samples::DONE, key));
}

#[tokio::test]
async fn all_of_a_view_are_asked_for_only_when_somebody_says_so() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let nothing = [("people", "rid"), ("which", "chosen"), ("filter", "age:less:50")];
    let again = browser.post(&result("/people"), &nothing).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let expected = "Choose at least one row, or ask for all of them";
    assert_eq!(again.errors(), [("#choose".to_owned(), expected.to_owned())]);
    assert_eq!(again.texts(".nhsuk-details__text li")[0], "age is less than 50 Remove the condition on age");
    assert!(site.asked.state().runs.selected.is_empty());

    site.asked.state().runs.people = Some(People { cut: true, ..run_samples::people() });
    let all = browser.post(&result("/people"), &[("people", "rid"), ("which", "all"), ("row", "0")]).await;
    assert!(site.asked.state().runs.selected.remove(0).rows.is_empty());
    assert_eq!(all.texts("textarea"), ["r1 r2"]);
    assert!(all.text.contains("more patients than may be asked for at once"));

    site.asked.state().runs.people = Some(People::default());
    let none = browser.post(&result("/people"), &[("people", "rid"), ("which", "all")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("None of these rows has the research id of a patient."));
}

#[tokio::test]
async fn a_certificate_is_there_for_results_alone() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let page = browser.get(&result("/certificate")).await;
    assert!(page.text.contains(&"ab".repeat(32)));
    let gone = browser.get(&format!("/runs/{}/certificate", run_samples::GONE)).await;
    assert!(gone.texts("dd").contains(&"Deleted".to_owned()));
    let running = browser.get(&format!("/runs/{}/certificate", run_samples::RUNNING)).await;
    assert_eq!(running.status, StatusCode::NOT_FOUND);
}
