//! The helper "text anywhere": a form that becomes a query.

use askama::Template;
use axum::extract::{Form, State};
use coffer_proto::query::v1::{Database, MakeTextAnywhere};
use serde::Deserialize;

use super::editor::{self, EditorForm};
use super::run;
use crate::app::App;
use crate::auth::CurrentUser;
use crate::pages::databases::databases_of;
use crate::pages::{Answer, Layout, Shell, form_again, format, page};
use crate::web::{FormErrors, PageError};

#[derive(Template)]
#[template(path = "pages/text_anywhere.html")]
struct HelperPage {
    layout: Layout,
    errors: FormErrors,
    databases: Vec<Database>,
    values: HelperForm,
}

/// The form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct HelperForm {
    database: String,
    id_kind: String,
    id_value: String,
    fragment: String,
    least_width: String,
    with_content: Option<String>,
    with_date: Option<String>,
    use_full_text: Option<String>,
}

/// The form as most people want it.
pub async fn show(State(app): State<App>, user: CurrentUser, shell: Shell) -> Answer {
    let form = HelperForm {
        id_kind: "rid".to_owned(),
        least_width: "100".to_owned(),
        use_full_text: Some("yes".to_owned()),
        ..HelperForm::default()
    };
    page(&helper_page(&app, &user, &shell, form, FormErrors::default()).await?)
}

/// Makes the query and shows it in the editor.
pub async fn submit(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Form(form): Form<HelperForm>,
) -> Answer {
    let least_width = match form.read() {
        Ok(least_width) => least_width,
        Err(errors) => return form_again(&helper_page(&app, &user, &shell, form, errors).await?),
    };
    let question = MakeTextAnywhere {
        caller: Some(user.caller()),
        database: form.database.clone(),
        id_kind: form.id_kind.clone(),
        id_value: form.id_value.trim().to_owned(),
        fragment: form.fragment.trim().to_owned(),
        least_width,
        with_content: form.with_content.is_some(),
        with_date: form.with_date.is_some(),
        use_full_text: form.use_full_text.is_some(),
    };
    match app.bus.ask(&question).await {
        Ok(made) => {
            let notice = format!("This query looks into {}", format::count(made.columns, "column"));
            let query = EditorForm::of(form.database, made.sql, made.parameters);
            editor::with(&app, &user, &shell, query, notice).await
        }
        Err(error) => {
            let errors = run::errors(error, &[])?;
            form_again(&helper_page(&app, &user, &shell, form, errors).await?)
        }
    }
}

impl HelperForm {
    fn read(&self) -> Result<u32, FormErrors> {
        let mut errors = FormErrors::default();
        if self.database.is_empty() {
            errors.add("database", "Choose a database");
        }
        if self.fragment.trim().is_empty() {
            errors.add("fragment", "Enter the text to look for");
        }
        let width = self.least_width.trim();
        let width = if width.is_empty() { Ok(0) } else { width.parse() };
        if width.is_err() {
            errors.add("least_width", "Enter a whole number, or leave it empty");
        }
        if errors.is_empty() { Ok(width.unwrap_or_default()) } else { Err(errors) }
    }
}

async fn helper_page(
    app: &App,
    user: &CurrentUser,
    shell: &Shell,
    values: HelperForm,
    errors: FormErrors,
) -> Result<HelperPage, PageError> {
    let databases = databases_of(app, user).await?;
    Ok(HelperPage { layout: shell.layout("Find a text anywhere"), errors, databases, values })
}
