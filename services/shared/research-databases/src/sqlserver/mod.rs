//! Microsoft SQL Server.
//!
//! It has no read-only transactions, so reading alone is up to the rights of our account; every transaction of
//! ours is rolled back. The time limit is ours to watch. Seeing and ending a session from another one takes the
//! server rights `VIEW SERVER STATE` and `ALTER ANY CONNECTION`; a session whose reader vanished ends anyway.

mod bind;
mod decode;
mod end;
mod execute;
mod failure;
mod session;
mod structure;
mod warning;

use std::sync::Arc;

use async_trait::async_trait;
use coffer_query_gate::{Admitted, Dialect};
use tiberius::Config;

use crate::backend::Backend;
use crate::cell::Cell;
use crate::database::{ColumnLine, Execution, Limits, ResearchDatabase};
use crate::error::{ExecutionError, Problem};

/// A SQL Server database. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SqlServer {
    config: Config,
    schemas: Arc<[String]>,
    version_query: Option<Arc<str>>,
}

impl SqlServer {
    pub(crate) fn new(mut config: Config, schemas: &[String], version_query: Option<&str>) -> Self {
        session::configure(&mut config);
        Self { config, schemas: schemas.into(), version_query: version_query.map(Arc::from) }
    }
}

#[async_trait]
impl ResearchDatabase for SqlServer {
    fn dialect(&self) -> Dialect {
        Dialect::SqlServer
    }

    async fn structure(&self) -> Result<Vec<ColumnLine>, Problem> {
        let mut client = self.connect_shortly().await?;
        structure::read(&mut client, &self.schemas).await.map_err(|error| failure::problem(&error))
    }

    async fn warning(&self) -> Result<Option<String>, Problem> {
        let mut client = self.connect_shortly().await?;
        warning::read(&mut client).await.map_err(|error| failure::problem(&error))
    }

    async fn data_version(&self) -> Result<Option<String>, Problem> {
        let Some(query) = &self.version_query else {
            return Ok(None);
        };
        let mut client = self.connect_shortly().await?;
        let answer = async { client.simple_query(query.to_string()).await?.into_row().await };
        let row = answer.await.map_err(|error| failure::problem(&error))?;
        let mut room = String::new();
        let value =
            row.as_ref().and_then(|row| row.cells().next()).map(|(_, data)| decode::cell(data, &mut room));
        Ok(value.flatten().filter(|cell| *cell != Cell::Null).map(|cell| {
            let mut text = String::new();
            cell.write_text(&mut text);
            text
        }))
    }

    async fn execute(&self, query: &Admitted, limits: &Limits) -> Result<Execution, ExecutionError> {
        execute::execute(self, query, limits).await
    }

    async fn end(&self, backend: &Backend) -> Result<(), ExecutionError> {
        end::end(self, backend).await
    }

    async fn is_running(&self, backend: &Backend) -> Result<bool, ExecutionError> {
        let mut client = self.connect_shortly().await?;
        end::is_running(&mut client, backend).await
    }
}
