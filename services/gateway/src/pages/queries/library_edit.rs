//! The library as the RDBM keeps it: new standard queries, and changes.

use askama::Template;
use axum::extract::{Form, State};
use axum::response::{IntoResponse as _, Redirect};
use coffer_proto::query::v1::{Database, SaveStandardQuery, StandardQuery};
use coffer_types::{Role, StandardQueryId};

use super::{library, run};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::parameter_names::parameter_names;
use crate::domain::query_form::{Entered, Field, KINDS, place};
use crate::pages::databases::databases_of;
use crate::pages::{Answer, Layout, Shell, form_again, page};
use crate::web::{FormErrors, Id, PageError};

#[derive(Template)]
#[template(path = "pages/standard_query_edit.html")]
struct EditPage {
    layout: Layout,
    errors: FormErrors,
    databases: Vec<Database>,
    action: String,
    values: LibraryForm,
    kinds: [(&'static str, &'static str); 6],
    place: Option<(u32, u32)>,
}

#[derive(Debug, Clone, Default)]
struct LibraryForm {
    title: String,
    description: String,
    database: String,
    sql: String,
    fields: Vec<Field>,
}

/// The empty form.
pub async fn new(State(app): State<App>, user: CurrentUser, shell: Shell) -> Answer {
    let form = LibraryForm::default();
    page(&edit_page(&app, &user, &shell, None, form, FormErrors::default()).await?)
}

/// The form with a query of the library.
pub async fn edit(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<StandardQueryId>,
) -> Answer {
    user.require(&[Role::Rdbm])?;
    let StandardQuery { title, description, database, sql, placeholders, .. } =
        library::get(&app, &user, id).await?;
    let fields = placeholders.into_iter().map(Field::from).collect();
    let form = LibraryForm { title, description, database, sql, fields };
    page(&edit_page(&app, &user, &shell, Some(id), form, FormErrors::default()).await?)
}

/// Adds a query.
pub async fn add(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Form(sent): Form<Vec<(String, String)>>,
) -> Answer {
    save(&app, &user, &shell, None, &Entered::new(sent)).await
}

/// Changes a query.
pub async fn change(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<StandardQueryId>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Answer {
    save(&app, &user, &shell, Some(id), &Entered::new(sent)).await
}

async fn save(
    app: &App,
    user: &CurrentUser,
    shell: &Shell,
    id: Option<StandardQueryId>,
    entered: &Entered,
) -> Answer {
    user.require(&[Role::Rdbm])?;
    let form = LibraryForm::read(entered);
    let errors = form.errors(entered);
    if !errors.is_empty() {
        return form_again(&edit_page(app, user, shell, id, form, errors).await?);
    }
    let query = Some(form.message(id));
    match app.bus.ask(&SaveStandardQuery { caller: Some(user.caller()), query }).await {
        Ok(saved) => {
            app.audit(Some(user.id), "save_standard_query", &saved.id).await?;
            Ok(Redirect::to(&format!("/library/{}?saved=yes", saved.id)).into_response())
        }
        Err(error) => {
            let errors = run::errors(error, &form.fields)?;
            form_again(&edit_page(app, user, shell, id, form, errors).await?)
        }
    }
}

impl LibraryForm {
    fn read(entered: &Entered) -> Self {
        let sql = entered.lines("sql");
        Self {
            title: entered.trimmed("title").to_owned(),
            description: entered.lines("description").trim().to_owned(),
            database: entered.trimmed("database").to_owned(),
            fields: entered.fields(&parameter_names(&sql)),
            sql,
        }
    }

    fn errors(&self, entered: &Entered) -> FormErrors {
        let mut errors = FormErrors::default();
        for (field, value, message) in [
            ("title", &self.title, "Enter a title"),
            ("database", &self.database, "Choose a database"),
            ("sql", &self.sql, "Write a query"),
        ] {
            if value.trim().is_empty() {
                errors.add(field, message);
            }
        }
        let names: Vec<_> = self.fields.iter().map(|field| field.name.clone()).collect();
        for name in entered.new_names(&names) {
            errors.add(&format!("value-{name}"), format!("Say what :{name} is, then save again"));
        }
        errors
    }

    fn message(&self, id: Option<StandardQueryId>) -> StandardQuery {
        StandardQuery {
            id: id.map(|id| id.to_string()).unwrap_or_default(),
            title: self.title.clone(),
            description: self.description.clone(),
            database: self.database.clone(),
            sql: self.sql.clone(),
            placeholders: self.fields.iter().map(Field::placeholder).collect(),
            changed_at: None,
        }
    }
}

async fn edit_page(
    app: &App,
    user: &CurrentUser,
    shell: &Shell,
    id: Option<StandardQueryId>,
    form: LibraryForm,
    errors: FormErrors,
) -> Result<EditPage, PageError> {
    user.require(&[Role::Rdbm])?;
    let (title, action) = match id {
        Some(id) => ("Change a standard query", format!("/library/{id}/edit")),
        None => ("New standard query", "/library/new".to_owned()),
    };
    Ok(EditPage {
        layout: shell.layout(title),
        place: errors.of("sql").and_then(place),
        errors,
        databases: databases_of(app, user).await?,
        action,
        values: form,
        kinds: KINDS,
    })
}
