//! Research databases.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use coffer_proto::query::v1::{self as contract, ListSchema};
use serde::Serialize;
use utoipa::ToSchema;

use super::values::known;
use super::{Answer, ApiUser};
use crate::app::App;

/// A research database.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Database {
    /// What query runs call it.
    #[schema(examples("demo"))]
    name: String,
    title: String,
    /// What it holds, in a sentence or two.
    description: String,
    /// postgresql, mysql (MariaDB too) or sqlserver
    engine: String,
    /// Whether it can be reached now.
    available: bool,
    /// Why not.
    problem: Option<String>,
    /// What the database says of its data, such as the day of the last refresh.
    data_version: Option<String>,
    /// How many tables may be queried.
    tables: u32,
    /// The names that columns with research ids have.
    rid_column: Option<String>,
    mrid_column: Option<String>,
    trid_column: Option<String>,
}

/// The research databases.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Databases {
    databases: Vec<Database>,
    /// When this was asked.
    at: DateTime<Utc>,
}

/// The research databases, with those that cannot be reached now.
#[utoipa::path(get, path = "/databases", tag = "query runs", operation_id = "list_databases",
    responses((status = OK, body = Databases, description = "The databases that the caller may query")))]
pub(super) async fn list(State(app): State<App>, ApiUser(user): ApiUser) -> Answer<Databases> {
    let found = app.bus.ask(&ListSchema { caller: Some(user.caller()), ..ListSchema::default() }).await?;
    let databases = found.databases.into_iter().map(Database::from).collect();
    Ok(Json(Databases { databases, at: app.clock.now() }))
}

impl From<contract::Database> for Database {
    fn from(database: contract::Database) -> Self {
        Self {
            name: database.name,
            title: database.title,
            description: database.description,
            engine: database.engine,
            available: database.available,
            problem: known(database.problem),
            data_version: known(database.data_version),
            tables: database.table_count,
            rid_column: known(database.rid_column),
            mrid_column: known(database.mrid_column),
            trid_column: known(database.trid_column),
        }
    }
}
