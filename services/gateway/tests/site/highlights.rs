//! Highlights: list, add, switch, delete.

use axum::http::StatusCode;
use coffer_proto::common::v1::Refusal;
use coffer_types::{HighlightColour, Role};

use crate::support::{Site, research_samples as samples};

#[tokio::test]
async fn a_highlight_is_added_with_a_colour_that_has_a_name() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let page = browser.get("/highlights").await;
    assert_eq!(page.texts("tbody .highlight"), ["Yellow", "Teal"]);
    assert_eq!(page.texts(".coffer-colours label").len(), HighlightColour::ALL.len());
    let form = [("pattern", "lithium"), ("kind", "text"), ("colour", "pink"), ("label", " Drugs ")];
    let added = browser.post("/highlights", &form).await;
    assert_eq!(
        browser.get(added.location()).await.texts(".nhsuk-notification-banner p"),
        ["The highlight was added"]
    );
    let highlight = site.asked.state().research.highlighted.remove(0);
    assert_eq!((highlight.pattern.as_str(), highlight.colour.as_str()), ("lithium", "pink"));
    assert!(highlight.active && !highlight.is_regex && highlight.label == "Drugs");
}

#[test]
fn every_colour_has_its_look() {
    let style = include_str!("../../assets/coffer.css");
    for colour in HighlightColour::ALL {
        assert!(style.contains(&format!(".highlight--{colour} {{")), "{colour}");
        // One shade on light pages, one on dark ones.
        assert_eq!(style.matches(&format!("--highlight-{colour}: #")).count(), 2, "{colour}");
    }
}

#[tokio::test]
async fn a_bad_expression_is_named_at_its_field() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    site.asked.state().research.refusal = Some(Refusal::invalid("highlight.pattern", "unclosed group"));
    let form = [("pattern", "(a"), ("kind", "regex"), ("colour", "pink")];
    let page = browser.post("/highlights", &form).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(page.errors(), [("#pattern".to_owned(), "Unclosed group".to_owned())]);
    assert_eq!(page.value("pattern"), "(a");
    assert_eq!(page.texts("input[checked] + label"), ["Regular expression", "Pink"]);
}

#[tokio::test]
async fn a_highlight_is_switched_and_deleted_by_its_owner_alone() {
    let site = Site::start().await;
    let mut browser = site.browser_of(Role::Researcher).await;
    let mut other = site.browser_of(Role::Rdbm).await;
    let path = |action: &str| format!("/highlights/{}/{action}", samples::HIGHLIGHT);
    for action in ["activate", "deactivate", "delete"] {
        assert_eq!(other.post(&path(action), &[]).await.status, StatusCode::NOT_FOUND, "{action}");
    }
    assert_eq!(browser.post(&path("deactivate"), &[]).await.location(), "/highlights?done=off");
    assert_eq!(browser.post(&path("delete"), &[]).await.location(), "/highlights?done=deleted");
    let state = site.asked.state();
    let switched = &state.research.highlighted;
    assert_eq!((switched.len(), switched[0].active, switched[0].is_regex), (1, false, true));
    assert_eq!(state.research.deleted, [samples::HIGHLIGHT]);
}
