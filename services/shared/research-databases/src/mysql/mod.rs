//! MySQL and MariaDB.

mod bind;
mod decode;
mod end;
mod execute;
mod failure;
mod grants;
mod session;
mod structure;

use std::sync::Arc;

use async_trait::async_trait;
use coffer_query_gate::{Admitted, Dialect};
use sqlx::mysql::MySqlConnectOptions;
use sqlx::{AssertSqlSafe, Decode, Executor as _, MySql, Row as _, ValueRef as _};

use crate::backend::Backend;
use crate::database::{ColumnLine, Execution, Limits, ResearchDatabase};
use crate::error::{ExecutionError, Problem};

/// A MySQL or MariaDB database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct MySqlFamily {
    options: MySqlConnectOptions,
    schemas: Arc<[String]>,
    version_query: Option<Arc<str>>,
}

impl MySqlFamily {
    pub(crate) fn new(options: MySqlConnectOptions, schemas: &[String], version_query: Option<&str>) -> Self {
        Self {
            options: session::configured(options, schemas),
            schemas: schemas.into(),
            version_query: version_query.map(Arc::from),
        }
    }
}

#[async_trait]
impl ResearchDatabase for MySqlFamily {
    fn dialect(&self) -> Dialect {
        Dialect::MySql
    }

    async fn structure(&self) -> Result<Vec<ColumnLine>, Problem> {
        let mut connection = self.connect_shortly().await?;
        structure::read(&mut connection, &self.schemas).await.map_err(|error| failure::problem(&error))
    }

    async fn warning(&self) -> Result<Option<String>, Problem> {
        let mut connection = self.connect_shortly().await?;
        grants::read(&mut connection).await.map_err(|error| failure::problem(&error))
    }

    async fn data_version(&self) -> Result<Option<String>, Problem> {
        let Some(query) = &self.version_query else {
            return Ok(None);
        };
        let mut connection = self.connect_shortly().await?;
        // Unprepared, since then every value comes as its text.
        let query = sqlx::raw_sql(AssertSqlSafe(query.to_string()));
        let row = connection.fetch_optional(query).await.map_err(|error| failure::problem(&error))?;
        let value = row.as_ref().and_then(|row| row.try_get_raw(0).ok()).filter(|value| !value.is_null());
        let bytes = value.and_then(|value| <&[u8] as Decode<MySql>>::decode(value).ok());
        Ok(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
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
