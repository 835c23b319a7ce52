//! PostgreSQL.

mod bind;
mod decode;
mod end;
mod execute;
mod failure;
mod numeric;
mod session;
mod structure;
mod warning;
mod wrap;

use std::sync::Arc;

use async_trait::async_trait;
use coffer_query_gate::{Admitted, Dialect};
use sqlx::AssertSqlSafe;
use sqlx::postgres::PgConnectOptions;

use crate::backend::Backend;
use crate::database::{ColumnLine, Execution, Limits, ResearchDatabase};
use crate::error::{ExecutionError, Problem};

/// A PostgreSQL database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct PostgreSql {
    options: PgConnectOptions,
    schemas: Arc<[String]>,
    version_query: Option<Arc<str>>,
}

impl PostgreSql {
    pub(crate) fn new(options: PgConnectOptions, schemas: &[String], version_query: Option<&str>) -> Self {
        Self {
            options: session::configured(options),
            schemas: schemas.into(),
            version_query: version_query.map(Arc::from),
        }
    }
}

#[async_trait]
impl ResearchDatabase for PostgreSql {
    fn dialect(&self) -> Dialect {
        Dialect::PostgreSql
    }

    async fn structure(&self) -> Result<Vec<ColumnLine>, Problem> {
        let mut connection = self.connect_shortly().await?;
        structure::read(&mut connection, &self.schemas).await.map_err(|error| failure::problem(&error))
    }

    async fn warning(&self) -> Result<Option<String>, Problem> {
        let mut connection = self.connect_shortly().await?;
        warning::read(&mut connection).await.map_err(|error| failure::problem(&error))
    }

    async fn data_version(&self) -> Result<Option<String>, Problem> {
        let Some(query) = &self.version_query else {
            return Ok(None);
        };
        let mut connection = self.connect_shortly().await?;
        let query = query.trim().trim_end_matches(';');
        let sql = format!("select version::text from ({query}) as refresh (version) limit 1");
        let version: Option<Option<String>> = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_optional(&mut connection)
            .await
            .map_err(|error| failure::problem(&error))?;
        Ok(version.flatten())
    }

    async fn execute(&self, query: &Admitted, limits: &Limits) -> Result<Execution, ExecutionError> {
        execute::execute(self, query, limits).await
    }

    async fn end(&self, backend: &Backend) -> Result<(), ExecutionError> {
        end::end(self, backend).await
    }

    async fn is_running(&self, backend: &Backend) -> Result<bool, ExecutionError> {
        let mut connection = self.connect_shortly().await?;
        end::is_running(&mut connection, backend).await
    }
}
