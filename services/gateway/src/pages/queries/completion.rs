//! What the editor knows of a database: names to complete, and a panel of names to insert.

use std::collections::BTreeMap;

use askama::Template;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{Html, IntoResponse as _};
use coffer_proto::query::v1::{Database, Table};
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::sql_names::written;
use crate::domain::structure::{Found, Words, slice};
use crate::pages::Answer;
use crate::pages::databases::{database_of, databases_with};

/// More columns than this are left out: a browser has to hold them all.
const MOST_COLUMNS: usize = 100_000;
/// Tables of the panel; a search finds the others.
const PANEL_TABLES: usize = 100;
/// Names stay as they are for minutes.
const KEEP: &str = "private, max-age=300";

/// The columns of each table, by schema and table.
#[derive(Debug, Serialize)]
struct Names<'a> {
    engine: &'a str,
    schemas: BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a str>>>,
}

#[derive(Template)]
#[template(path = "pages/query_names.html")]
struct Panel<'a> {
    database: Option<&'a Database>,
    tables: &'a [Found<'a>],
    total: usize,
    open: bool,
}

/// Which names the panel shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    database: String,
    names: String,
}

/// All names that the user may use, for completion.
pub async fn names(State(app): State<App>, user: CurrentUser, Path(name): Path<String>) -> Answer {
    let database = database_of(&app, &user, &name).await?;
    let all: usize = database.tables.iter().map(|table| table.columns.len()).sum();
    let mut schemas: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for table in &database.tables {
        let columns = table.columns.iter().map(|column| column.name.as_str());
        let columns = columns.take(if all > MOST_COLUMNS { 0 } else { all }).collect();
        schemas.entry(table.schema.as_str()).or_default().insert(table.name.as_str(), columns);
    }
    let names = Names { engine: &database.engine, schemas };
    Ok(([(CACHE_CONTROL, KEEP)], Json(names)).into_response())
}

/// The panel beside the editor.
pub async fn panel(State(app): State<App>, user: CurrentUser, Query(wanted): Query<Wanted>) -> Answer {
    let databases = databases_with(&app, &user, &wanted.database).await?;
    let database = databases.iter().find(|database| database.name == wanted.database);
    let words = Words::of(&wanted.names);
    let found = database.map(|database| words.find(&database.tables)).unwrap_or_default();
    let panel = Panel {
        database,
        tables: slice(&found, 0, PANEL_TABLES),
        total: found.len(),
        open: !wanted.names.trim().is_empty() && found.len() <= PANEL_TABLES,
    };
    Ok(Html(panel.render()?).into_response())
}

impl Panel<'_> {
    /// A table's name with its schema.
    fn table(&self, table: &Table) -> String {
        format!("{}.{}", self.column(&table.schema), self.column(&table.name))
    }

    fn column(&self, name: &str) -> String {
        written(self.database.map_or("", |database| &database.engine), name)
    }
}
