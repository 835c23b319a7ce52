//! Research databases: list, structure as tree and table, as files.

use askama::Template;
use axum::extract::{Form, Path, Query, State};
use axum::response::{IntoResponse as _, Redirect};
use coffer_proto::query::v1::{Database, GetSchemaDocument, ListSchema, RefreshSchema, Table};
use coffer_types::Role;
use serde::Deserialize;

use super::paging::{Paging, slice};
use super::structure::{Structure, TableOfColumns, Tree};
use super::{Answer, Layout, Shell, attachment, format, markdown, page, structure, words};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::local_path::LocalPath;
use crate::domain::structure::Words;
use crate::web::PageError;

#[derive(Template)]
#[template(path = "pages/databases.html")]
struct ListPage {
    layout: Layout,
    databases: Vec<Database>,
    refreshed: bool,
    runs_it: bool,
}

#[derive(Template)]
#[template(path = "pages/database.html")]
struct DetailPage<'a> {
    layout: Layout,
    database: &'a Database,
    path: String,
    look: Look,
    structure: Structure<'a>,
    help: String,
    runs_it: bool,
}

#[derive(Template)]
#[template(path = "pages/database_table.html")]
struct TablePage<'a> {
    layout: Layout,
    database: &'a Database,
    path: String,
    table: &'a Table,
}

/// What was done a moment ago.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Just {
    refreshed: Option<String>,
}

/// How the structure is looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Look {
    search: String,
    /// tree or table
    view: String,
    page: Option<u32>,
    refreshed: Option<String>,
}

/// One table of a database.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TableName {
    schema: String,
    table: String,
}

/// Where to go after the structure was read again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Back {
    back: String,
}

/// All databases, also those that cannot be reached.
pub async fn list(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(just): Query<Just>,
) -> Answer {
    let databases = databases_of(&app, &user).await?;
    page(&ListPage {
        layout: shell.layout("Databases"),
        databases,
        refreshed: just.refreshed.is_some(),
        runs_it: runs_it(&user),
    })
}

/// The structure of one.
pub async fn show(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Path(name): Path<String>,
    Query(look): Query<Look>,
) -> Answer {
    let database = database_of(&app, &user, &name).await?;
    let searched = Words::of(&look.search);
    let found = searched.find(&database.tables);
    let path = address(&name);
    let kept = [("view", &*look.view), ("search", look.search.trim())];
    let structure = if look.view == "table" {
        let asked = slice(look.page);
        let rows: u64 = found.iter().map(|found| found.columns().count() as u64).sum();
        let paging = Paging::new(&path, &kept, asked, u32::try_from(rows).unwrap_or(u32::MAX));
        Structure::Table(TableOfColumns::new(&found, asked, rows, paging))
    } else {
        Structure::Tree(Tree::new(&found, &path, &kept, look.page, !look.search.trim().is_empty()))
    };
    page(&DetailPage {
        layout: shell.layout(&database.title),
        database: &database,
        structure,
        help: markdown::to_html(&database.help),
        path,
        runs_it: runs_it(&user),
        look,
    })
}

/// One table with its columns.
pub async fn table(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Path(name): Path<String>,
    Query(wanted): Query<TableName>,
) -> Answer {
    let database = database_of(&app, &user, &name).await?;
    let found =
        database.tables.iter().find(|table| table.schema == wanted.schema && table.name == wanted.table);
    let table = found.ok_or(PageError::NotFound)?;
    let layout = shell.layout(&format!("{}.{}", table.schema, table.name));
    page(&TablePage { layout, path: address(&name), database: &database, table })
}

/// The structure as a file.
pub async fn document(
    State(app): State<App>,
    user: CurrentUser,
    Path((database, format)): Path<(String, String)>,
) -> Answer {
    let question = GetSchemaDocument { caller: Some(user.caller()), database, format };
    let document = app.bus.ask(&question).await?;
    let headers = attachment::headers(&document.file_name, &document.content_type);
    Ok((headers, document.content).into_response())
}

/// Reads the structure of all databases again.
pub async fn refresh(State(app): State<App>, user: CurrentUser, Form(form): Form<Back>) -> Answer {
    user.require(&[Role::Rdbm, Role::Admin])?;
    app.bus.ask(&RefreshSchema { caller: Some(user.caller()) }).await?;
    let back = if form.back.is_empty() { "/databases" } else { &form.back };
    Ok(Redirect::to(&format!("{}?refreshed=yes", LocalPath::or_home(back).as_str())).into_response())
}

/// The databases that the caller may use, without their tables.
pub(super) async fn databases_of(app: &App, user: &CurrentUser) -> Result<Vec<Database>, PageError> {
    databases_with(app, user, "").await
}

/// The databases that the caller may use, one of them with its tables.
pub(super) async fn databases_with(
    app: &App,
    user: &CurrentUser,
    tables_of: &str,
) -> Result<Vec<Database>, PageError> {
    let question = ListSchema { caller: Some(user.caller()), with_tables_of: tables_of.to_owned() };
    Ok(app.bus.ask(&question).await?.databases)
}

/// One of them with its tables; 404 where it is not the caller's to use.
pub(super) async fn database_of(app: &App, user: &CurrentUser, name: &str) -> Result<Database, PageError> {
    let all = databases_with(app, user, name).await?;
    all.into_iter().find(|database| database.name == name).ok_or(PageError::NotFound)
}

/// Where a database is shown; names are short words of the settings.
fn address(name: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    format!("/databases/{}", encoded.replace('+', "%20"))
}

fn runs_it(user: &CurrentUser) -> bool {
    user.has_any(&[Role::Rdbm, Role::Admin])
}
