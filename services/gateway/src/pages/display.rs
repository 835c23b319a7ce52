//! How one wants results to be shown.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse as _, Redirect};
use serde::Deserialize;

use super::{Answer, Layout, Shell, form_again, page};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::display::{DisplaySettings, Entered, ROWS_PER_PAGE};
use crate::store::display_settings;
use crate::web::{FormErrors, PageError};

#[derive(Template)]
#[template(path = "pages/display.html")]
struct DisplayPage {
    layout: Layout,
    errors: FormErrors,
    values: DisplayForm,
    sizes: [u32; 7],
    saved: bool,
}

/// The form.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DisplayForm {
    rows_per_page: String,
    fold_characters: String,
    fold_lines: String,
    line_length: String,
    ditto: Option<String>,
    hide_empty: Option<String>,
}

/// What was done a moment ago.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Just {
    saved: Option<String>,
}

/// How this user wants results to be shown; for the pages that show them.
pub async fn display_of(app: &App, user: &CurrentUser) -> Result<DisplaySettings, PageError> {
    Ok(display_settings::of(&app.pool, user.id).await?)
}

/// The form, as it was saved last.
pub async fn show(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(just): Query<Just>,
) -> Answer {
    let values = DisplayForm::from(display_of(&app, &user).await?);
    page(&DisplayPage { saved: just.saved.is_some(), ..form_page(&shell, values, FormErrors::default()) })
}

/// Saves it.
pub async fn submit(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Form(form): Form<DisplayForm>,
) -> Answer {
    match DisplaySettings::read(form.entered()) {
        Ok(settings) => {
            display_settings::put(&app.pool, user.id, settings).await?;
            Ok(Redirect::to("/account/display?saved=yes").into_response())
        }
        Err(wrong) => form_again(&form_page(&shell, form, wrong.into_iter().collect())),
    }
}

impl DisplayForm {
    fn entered(&self) -> Entered<'_> {
        Entered {
            rows_per_page: &self.rows_per_page,
            fold_characters: &self.fold_characters,
            fold_lines: &self.fold_lines,
            line_length: &self.line_length,
            ditto: self.ditto.is_some(),
            hide_empty: self.hide_empty.is_some(),
        }
    }
}

impl From<DisplaySettings> for DisplayForm {
    fn from(settings: DisplaySettings) -> Self {
        let ticked = |yes: bool| yes.then(|| "yes".to_owned());
        Self {
            rows_per_page: settings.rows_per_page.to_string(),
            fold_characters: settings.fold_characters.to_string(),
            fold_lines: settings.fold_lines.to_string(),
            line_length: settings.line_length.to_string(),
            ditto: ticked(settings.ditto),
            hide_empty: ticked(settings.hide_empty),
        }
    }
}

fn form_page(shell: &Shell, values: DisplayForm, errors: FormErrors) -> DisplayPage {
    DisplayPage {
        layout: shell.layout("How results are shown"),
        errors,
        values,
        sizes: ROWS_PER_PAGE,
        saved: false,
    }
}
