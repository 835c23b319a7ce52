//! The editor: SQL, typed parameters, and what to do with them.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{Html, IntoResponse as _};
use coffer_proto::query::v1::{Database, GetRun, GetSavedQuery, GetStandardQuery};
use serde::Deserialize;
use uuid::Uuid;

use super::run::{self, Wanted};
use super::save;
use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::parameter_names::parameter_names;
use crate::domain::query_form::{Entered, Field, KINDS, place};
use crate::pages::databases::databases_of;
use crate::pages::{Answer, Layout, Shell, form_again, page};
use crate::web::{FormErrors, PageError};

#[derive(Template)]
#[template(path = "pages/query_editor.html")]
struct EditorPage {
    layout: Layout,
    errors: FormErrors,
    databases: Vec<Database>,
    values: EditorForm,
    /// Said above the form.
    notice: String,
    kinds: [(&'static str, &'static str); 6],
    /// Where the gate refused.
    place: Option<(u32, u32)>,
}

#[derive(Template)]
#[template(path = "pages/query_parameters.html")]
struct ParametersPart {
    errors: FormErrors,
    fields: Vec<Field>,
    kinds: [(&'static str, &'static str); 6],
}

/// The form in all its steps.
#[derive(Debug, Clone, Default)]
pub(super) struct EditorForm {
    pub(super) database: String,
    pub(super) sql: String,
    pub(super) fields: Vec<Field>,
    /// The saved query that it began with.
    pub(super) query_id: String,
    pub(super) again: bool,
    pub(super) key: String,
}

/// What the editor starts with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Start {
    run: String,
    query: String,
    version: Option<u32>,
    standard: String,
    database: String,
}

/// The editor, with the query of a run, a saved or a standard query, or empty.
pub async fn show(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(start): Query<Start>,
) -> Answer {
    let form = EditorForm { key: Uuid::now_v7().to_string(), ..starting(&app, &user, start).await? };
    page(&editor_page(&app, &user, &shell, form, FormErrors::default()).await?)
}

/// Runs, counts, explains or saves the query; asks first for the values of parameters that are new.
pub async fn submit(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Form(fields): Form<Vec<(String, String)>>,
) -> Answer {
    let entered = Entered::new(fields);
    let form = EditorForm::read(&entered);
    let errors = form.errors(&entered);
    if !errors.is_empty() {
        return form_again(&editor_page(&app, &user, &shell, form, errors).await?);
    }
    let kind = match entered.trimmed("step") {
        "save" => return save::start(&app, &user, &shell, form).await,
        "change" => return page(&editor_page(&app, &user, &shell, form, FormErrors::default()).await?),
        kind @ ("count" | "explain") => kind,
        _ => "rows",
    };
    let wanted = Wanted {
        database: &form.database,
        sql: &form.sql,
        fields: &form.fields,
        kind,
        saved_query_id: unchanged(&app, &user, &form).await?,
        again: form.again,
        key: &form.key,
    };
    match run::submit(&app, &user, &wanted).await? {
        Ok(shown) => Ok(shown),
        Err(errors) => form_again(&editor_page(&app, &user, &shell, form, errors).await?),
    }
}

/// The fields of the parameters, as the script asks for them while somebody writes.
pub async fn parameters(_: CurrentUser, Form(fields): Form<Vec<(String, String)>>) -> Answer {
    let form = EditorForm::read(&Entered::new(fields));
    let part = ParametersPart { errors: FormErrors::default(), fields: form.fields, kinds: KINDS };
    Ok(Html(part.render()?).into_response())
}

/// A query that a helper made, to be looked at before it runs.
pub(super) async fn with(
    app: &App,
    user: &CurrentUser,
    shell: &Shell,
    form: EditorForm,
    notice: String,
) -> Answer {
    let form = EditorForm { key: Uuid::now_v7().to_string(), ..form };
    page(&EditorPage { notice, ..editor_page(app, user, shell, form, FormErrors::default()).await? })
}

/// The editor again, with what is wrong.
pub(super) async fn again(
    app: &App,
    user: &CurrentUser,
    shell: &Shell,
    form: EditorForm,
    errors: FormErrors,
) -> Answer {
    form_again(&editor_page(app, user, shell, form, errors).await?)
}

impl EditorForm {
    pub(super) fn read(entered: &Entered) -> Self {
        let sql = entered.lines("sql");
        Self {
            database: entered.trimmed("database").to_owned(),
            fields: entered.fields(&parameter_names(&sql)),
            sql,
            query_id: entered.trimmed("query_id").to_owned(),
            again: entered.has("again"),
            key: entered.trimmed("key").to_owned(),
        }
    }

    fn errors(&self, entered: &Entered) -> FormErrors {
        let mut errors = FormErrors::default();
        if self.database.is_empty() {
            errors.add("database", "Choose a database");
        }
        if self.sql.trim().is_empty() {
            errors.add("sql", "Write a query");
        }
        let names: Vec<_> = self.fields.iter().map(|field| field.name.clone()).collect();
        for name in entered.new_names(&names) {
            errors.add(&format!("value-{name}"), format!("Enter a value for :{name}, then go on"));
        }
        errors
    }

    pub(super) fn of(
        database: String,
        sql: String,
        fields: impl IntoIterator<Item = impl Into<Field>>,
    ) -> Self {
        Self { database, sql, fields: fields.into_iter().map(Into::into).collect(), ..Self::default() }
    }
}

async fn starting(app: &App, user: &CurrentUser, start: Start) -> Result<EditorForm, PageError> {
    let caller = || Some(user.caller());
    if !start.run.is_empty() {
        let run = app.bus.ask(&GetRun { caller: caller(), id: start.run }).await?;
        let form = EditorForm::of(run.database, run.sql, run.parameters);
        return Ok(EditorForm { query_id: run.saved_query_id, ..form });
    }
    if !start.query.is_empty() {
        let question = GetSavedQuery { caller: caller(), id: start.query };
        let found = app.bus.ask(&question).await?;
        let query = found.query.ok_or(PageError::NotFound)?;
        let version = found.versions.into_iter().find(|version| Some(version.version) == start.version);
        let (sql, parameters) =
            version.map_or((query.sql, query.parameters), |old| (old.sql, old.parameters));
        return Ok(EditorForm { query_id: query.id, ..EditorForm::of(query.database, sql, parameters) });
    }
    if !start.standard.is_empty() {
        let question = GetStandardQuery { caller: caller(), id: start.standard };
        let query = app.bus.ask(&question).await?;
        return Ok(EditorForm::of(query.database, query.sql, query.placeholders));
    }
    Ok(EditorForm { database: start.database, ..EditorForm::default() })
}

/// The id of the saved query, if this is still its SQL: runs of another text are not its runs.
async fn unchanged(app: &App, user: &CurrentUser, form: &EditorForm) -> Result<String, PageError> {
    let query = save::begun_with(app, user, form).await?.unwrap_or_default();
    let same = query.sql.trim() == form.sql.trim() && query.database == form.database;
    Ok(if same { query.id } else { String::new() })
}

async fn editor_page(
    app: &App,
    user: &CurrentUser,
    shell: &Shell,
    form: EditorForm,
    errors: FormErrors,
) -> Result<EditorPage, PageError> {
    Ok(EditorPage {
        layout: shell.layout("Write a query"),
        place: errors.of("sql").and_then(place),
        errors,
        databases: databases_of(app, user).await?,
        values: form,
        notice: String::new(),
        kinds: KINDS,
    })
}
