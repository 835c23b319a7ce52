//! Highlights: the terms that are marked in results.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse as _, Redirect};
use coffer_bus::AskError;
use coffer_proto::query::v1::{DeleteHighlight, Highlight, ListHighlights, SaveHighlight};
use coffer_types::{HighlightColour, HighlightId};
use serde::Deserialize;

use super::{Answer, Layout, Shell, form_again, format, page};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::web::{FormErrors, Id, PageError};

#[derive(Template)]
#[template(path = "pages/highlights.html")]
struct HighlightsPage {
    layout: Layout,
    errors: FormErrors,
    values: HighlightForm,
    highlights: Vec<Highlight>,
    total: u64,
    colours: [HighlightColour; 10],
    done: &'static str,
}

/// A new highlight.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HighlightForm {
    pattern: String,
    /// text or regex
    kind: String,
    colour: String,
    label: String,
}

/// What was done a moment ago.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Just {
    done: String,
}

/// The list, with a form for another.
pub async fn list(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(just): Query<Just>,
) -> Answer {
    let values = HighlightForm {
        kind: "text".to_owned(),
        colour: HighlightColour::Yellow.to_string(),
        ..HighlightForm::default()
    };
    let done = done(&just.done);
    page(&HighlightsPage {
        done,
        ..highlights_page(&app, &user, &shell, values, FormErrors::default()).await?
    })
}

/// Adds one.
pub async fn add(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Form(form): Form<HighlightForm>,
) -> Answer {
    if form.pattern.trim().is_empty() {
        let errors = FormErrors::new("pattern", "Enter the text to mark");
        return form_again(&highlights_page(&app, &user, &shell, form, errors).await?);
    }
    let highlight = Highlight {
        id: String::new(),
        label: form.label.trim().to_owned(),
        pattern: form.pattern.clone(),
        is_regex: form.kind == "regex",
        colour: form.colour.clone(),
        active: true,
    };
    match save(&app, &user, highlight).await {
        Ok(_) => Ok(Redirect::to("/highlights?done=added").into_response()),
        Err(error) => {
            let errors = errors(error)?;
            form_again(&highlights_page(&app, &user, &shell, form, errors).await?)
        }
    }
}

/// Marks it from now on.
pub async fn activate(State(app): State<App>, user: CurrentUser, Id(id): Id<HighlightId>) -> Answer {
    set_active(&app, &user, id, true).await
}

/// Marks it no more, and keeps it.
pub async fn deactivate(State(app): State<App>, user: CurrentUser, Id(id): Id<HighlightId>) -> Answer {
    set_active(&app, &user, id, false).await
}

/// Deletes it.
pub async fn delete(State(app): State<App>, user: CurrentUser, Id(id): Id<HighlightId>) -> Answer {
    app.bus.ask(&DeleteHighlight { caller: Some(user.caller()), id: id.to_string() }).await?;
    Ok(Redirect::to("/highlights?done=deleted").into_response())
}

async fn set_active(app: &App, user: &CurrentUser, id: HighlightId, active: bool) -> Answer {
    let id = id.to_string();
    let found = highlights(app, user).await?.into_iter().find(|highlight| highlight.id == id);
    let highlight = found.ok_or(PageError::NotFound)?;
    save(app, user, Highlight { active, ..highlight }).await?;
    Ok(Redirect::to(if active { "/highlights?done=on" } else { "/highlights?done=off" }).into_response())
}

async fn save(app: &App, user: &CurrentUser, highlight: Highlight) -> Result<Highlight, AskError> {
    app.bus.ask(&SaveHighlight { caller: Some(user.caller()), highlight: Some(highlight) }).await
}

async fn highlights(app: &App, user: &CurrentUser) -> Result<Vec<Highlight>, PageError> {
    Ok(app.bus.ask(&ListHighlights { caller: Some(user.caller()) }).await?.highlights)
}

/// The fields of the contract are fields of the form.
fn errors(error: AskError) -> Result<FormErrors, PageError> {
    let AskError::Refused(mut refusal) = error else { return Err(error.into()) };
    refusal.field = refusal.field.replace("highlight.", "");
    FormErrors::from_refusal(AskError::Refused(refusal))
}

fn done(what: &str) -> &'static str {
    match what {
        "added" => "The highlight was added",
        "deleted" => "The highlight was deleted",
        "on" => "The highlight is marked in results from now on",
        "off" => "The highlight is no longer marked in results",
        _ => "",
    }
}

async fn highlights_page(
    app: &App,
    user: &CurrentUser,
    shell: &Shell,
    values: HighlightForm,
    errors: FormErrors,
) -> Result<HighlightsPage, PageError> {
    let highlights = highlights(app, user).await?;
    Ok(HighlightsPage {
        layout: shell.layout("Highlights"),
        errors,
        values,
        total: highlights.len() as u64,
        highlights,
        colours: HighlightColour::ALL,
        done: "",
    })
}

/// The name with a capital letter.
fn colour_name(colour: &str) -> String {
    let mut letters = colour.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
