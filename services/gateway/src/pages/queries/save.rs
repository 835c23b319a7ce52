//! Saving a query: under a new name, or as the next version of what it was.

use askama::Template;
use axum::extract::{Form, State};
use axum::response::{IntoResponse as _, Redirect};
use coffer_proto::query::v1::{GetSavedQuery, SaveQuery, SavedQuery};
use coffer_types::SavedQueryId;

use super::editor::{self, EditorForm};
use super::run;
use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::query_form::{Entered, Field};
use crate::pages::{Answer, Layout, Shell, form_again, page};
use crate::web::{FormErrors, Id, PageError};

#[derive(Template)]
#[template(path = "pages/query_save.html")]
struct SavePage {
    layout: Layout,
    errors: FormErrors,
    query: EditorForm,
    values: SaveForm,
}

/// What is said of a saved query.
#[derive(Debug, Clone, Default)]
struct SaveForm {
    name: String,
    note: String,
    /// Separated by commas.
    tags: String,
    as_new: bool,
}

/// The form after "Save" in the editor.
pub(super) async fn start(app: &App, user: &CurrentUser, shell: &Shell, query: EditorForm) -> Answer {
    let begun_with = begun_with(app, user, &query).await?.unwrap_or_default();
    let values = SaveForm::of(&begun_with);
    page(&save_page(shell, EditorForm { query_id: begun_with.id, ..query }, values, FormErrors::default()))
}

/// The saved query that the editor began with, unless it has been deleted meanwhile.
pub(super) async fn begun_with(
    app: &App,
    user: &CurrentUser,
    form: &EditorForm,
) -> Result<Option<SavedQuery>, PageError> {
    if form.query_id.is_empty() {
        return Ok(None);
    }
    match saved(app, user, &form.query_id).await {
        Ok(query) => Ok(Some(query)),
        Err(PageError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The form for name, note and tags of a saved query.
pub async fn edit(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<SavedQueryId>,
) -> Answer {
    let query = saved(&app, &user, &id.to_string()).await?;
    let values = SaveForm::of(&query);
    let form =
        EditorForm { query_id: query.id, ..EditorForm::of(query.database, query.sql, query.parameters) };
    page(&save_page(&shell, form, values, FormErrors::default()))
}

/// Saves it, or goes back to the editor.
pub async fn submit(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let entered = Entered::new(fields);
    let query = EditorForm::read(&entered);
    let values = SaveForm::read(&entered);
    let question = SaveQuery { caller: Some(user.caller()), query: Some(message(&query, &values)) };
    match app.bus.ask(&question).await {
        Ok(saved) => Ok(Redirect::to(&format!("/queries/{}?saved=yes", saved.id)).into_response()),
        Err(error) => {
            let errors = run::errors(error, &query.fields)?;
            let names_it = ["name", "note", "tags"].iter().any(|field| errors.of(field).is_some());
            if names_it {
                form_again(&save_page(&shell, query, values, errors))
            } else {
                editor::again(&app, &user, &shell, query, errors).await
            }
        }
    }
}

fn message(query: &EditorForm, values: &SaveForm) -> SavedQuery {
    let tags = values.tags.split(',').map(str::trim).filter(|tag| !tag.is_empty());
    SavedQuery {
        id: if values.as_new { String::new() } else { query.query_id.clone() },
        name: values.name.clone(),
        note: values.note.clone(),
        tags: tags.map(str::to_owned).collect(),
        database: query.database.clone(),
        sql: query.sql.clone(),
        parameters: query.fields.iter().map(Field::parameter).collect(),
        ..SavedQuery::default()
    }
}

impl SaveForm {
    fn read(entered: &Entered) -> Self {
        Self {
            name: entered.trimmed("name").to_owned(),
            note: entered.lines("note").trim().to_owned(),
            tags: entered.trimmed("tags").to_owned(),
            as_new: entered.has("as_new"),
        }
    }

    fn of(query: &SavedQuery) -> Self {
        Self {
            name: query.name.clone(),
            note: query.note.clone(),
            tags: query.tags.join(", "),
            as_new: false,
        }
    }
}

async fn saved(app: &App, user: &CurrentUser, id: &str) -> Result<SavedQuery, PageError> {
    let question = GetSavedQuery { caller: Some(user.caller()), id: id.to_owned() };
    app.bus.ask(&question).await?.query.ok_or(PageError::NotFound)
}

fn save_page(shell: &Shell, query: EditorForm, values: SaveForm, errors: FormErrors) -> SavePage {
    SavePage { layout: shell.layout("Save a query"), errors, query, values }
}
