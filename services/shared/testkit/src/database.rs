//! A database of its own for each test.

use std::time::{SystemTime, UNIX_EPOCH};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use uuid::Uuid;

use crate::{blocking, shared};

/// An empty PostgreSQL database, dropped with this value.
#[derive(Debug)]
pub struct TestDatabase {
    /// The superuser's URL of the database.
    pub url: String,
    name: String,
}

/// Makes an empty database on the shared server.
///
/// # Panics
/// When the server does not run.
pub async fn database() -> TestDatabase {
    let server = shared::address("COFFER_TEST_POSTGRES");
    let name = unique_name();
    execute(&server, format!("create database {name}"))
        .await
        .expect("the shared PostgreSQL server makes a database");
    let (address, _) = server.rsplit_once('/').expect("a database URL ends in a name");
    TestDatabase { url: format!("{address}/{name}"), name }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let statement = format!("drop database if exists {} with (force)", self.name);
        let server = shared::address("COFFER_TEST_POSTGRES");
        blocking::block_on(async move {
            execute(&server, statement).await.ok();
        });
    }
}

/// Holds its age, so that `cargo xtask test` drops what a killed run left behind.
pub(crate) fn unique_name() -> String {
    let age = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = age.map_or(0, |age| age.as_secs());
    format!("coffer_test_{seconds}_{}", Uuid::new_v4().simple())
}

async fn execute(url: &str, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::query(AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await
}
