//! The library of standard queries: list, one with its form, running it.

use askama::Template;
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse as _, Redirect};
use coffer_proto::query::v1::{DeleteStandardQuery, GetStandardQuery, ListStandardQueries, StandardQuery};
use coffer_types::{Role, StandardQueryId};
use serde::Deserialize;
use uuid::Uuid;

use super::run::{self, Wanted};
use crate::app::App;
use crate::auth::CurrentUser;
use crate::domain::query_form::{Entered, Field};
use crate::pages::{Answer, Layout, Shell, form_again, format, page};
use crate::web::{FormErrors, Id, PageError};

#[derive(Template)]
#[template(path = "pages/library.html")]
struct ListPage {
    layout: Layout,
    filter: Filter,
    queries: Vec<StandardQuery>,
    keeps_it: bool,
}

#[derive(Template)]
#[template(path = "pages/standard_query.html")]
struct DetailPage {
    layout: Layout,
    errors: FormErrors,
    query: StandardQuery,
    fields: Vec<Field>,
    key: String,
    saved: bool,
    keeps_it: bool,
}

#[derive(Template)]
#[template(path = "pages/standard_query_delete.html")]
struct DeletePage {
    layout: Layout,
    query: StandardQuery,
}

/// What the list shows.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    search: String,
    deleted: Option<String>,
}

/// What was done a moment ago.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Just {
    saved: Option<String>,
}

/// All, by title.
pub async fn list(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Query(filter): Query<Filter>,
) -> Answer {
    let search = filter.search.trim().to_owned();
    let found = app.bus.ask(&ListStandardQueries { caller: Some(user.caller()), search }).await?;
    let layout = shell.layout("Library");
    page(&ListPage { layout, filter, queries: found.queries, keeps_it: user.has_any(&[Role::Rdbm]) })
}

/// One, with a field for each placeholder.
pub async fn show(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<StandardQueryId>,
    Query(just): Query<Just>,
) -> Answer {
    let query = get(&app, &user, id).await?;
    let fields = query.placeholders.iter().cloned().map(Field::from).collect();
    let page_of = DetailPage { saved: just.saved.is_some(), ..detail(&shell, &user, query, fields) };
    page(&page_of)
}

/// Runs it with the values of the form.
pub async fn run(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<StandardQueryId>,
    Form(sent): Form<Vec<(String, String)>>,
) -> Answer {
    let entered = Entered::new(sent);
    let query = get(&app, &user, id).await?;
    let fields: Vec<_> = query.placeholders.iter().cloned().map(|one| filled(one.into(), &entered)).collect();
    let wanted = Wanted {
        database: &query.database,
        sql: &query.sql,
        fields: &fields,
        kind: if entered.trimmed("step") == "count" { "count" } else { "rows" },
        saved_query_id: String::new(),
        again: entered.has("again"),
        key: entered.trimmed("key"),
    };
    match run::submit(&app, &user, &wanted).await? {
        Ok(shown) => Ok(shown),
        Err(errors) => form_again(&DetailPage { errors, ..detail(&shell, &user, query, fields) }),
    }
}

/// Asks whether it is really to be deleted.
pub async fn confirm_delete(
    State(app): State<App>,
    user: CurrentUser,
    shell: Shell,
    Id(id): Id<StandardQueryId>,
) -> Answer {
    user.require(&[Role::Rdbm])?;
    let query = get(&app, &user, id).await?;
    page(&DeletePage { layout: shell.layout("Delete a standard query"), query })
}

/// Deletes it.
pub async fn delete(State(app): State<App>, user: CurrentUser, Id(id): Id<StandardQueryId>) -> Answer {
    user.require(&[Role::Rdbm])?;
    app.bus.ask(&DeleteStandardQuery { caller: Some(user.caller()), id: id.to_string() }).await?;
    app.audit(Some(user.id), "delete_standard_query", &id.to_string()).await?;
    Ok(Redirect::to("/library?deleted=yes").into_response())
}

pub(super) async fn get(
    app: &App,
    user: &CurrentUser,
    id: StandardQueryId,
) -> Result<StandardQuery, PageError> {
    Ok(app.bus.ask(&GetStandardQuery { caller: Some(user.caller()), id: id.to_string() }).await?)
}

/// Type and words are the library's, the value is the reader's.
fn filled(field: Field, entered: &Entered) -> Field {
    Field { value: entered.lines(&field.value_id()), ..field }
}

fn detail(shell: &Shell, user: &CurrentUser, query: StandardQuery, fields: Vec<Field>) -> DetailPage {
    DetailPage {
        layout: shell.layout(&query.title),
        errors: FormErrors::default(),
        query,
        fields,
        key: Uuid::now_v7().to_string(),
        saved: false,
        keeps_it: user.has_any(&[Role::Rdbm]),
    }
}
