//! A MariaDB database of its own for each test.

use sqlx::{AssertSqlSafe, Connection as _, MySqlConnection};

use crate::database::unique_name;
use crate::{blocking, shared};

const SERVER: &str = "COFFER_TEST_MARIADB";

/// An empty MariaDB database, dropped with this value.
#[derive(Debug)]
pub struct TestMariaDb {
    /// The administrator's URL of the database.
    pub url: String,
    /// The database, which is what other makes call a schema.
    pub name: String,
}

/// Makes an empty database on the shared server.
///
/// # Panics
/// When the server does not run.
pub async fn mariadb() -> TestMariaDb {
    let server = shared::address(SERVER);
    let name = unique_name();
    execute(&server, format!("create database {name}"))
        .await
        .expect("the shared MariaDB server makes a database");
    let (address, _) = server.rsplit_once('/').expect("a database URL ends in a name");
    TestMariaDb { url: format!("{address}/{name}"), name }
}

impl Drop for TestMariaDb {
    fn drop(&mut self) {
        let statement = format!("drop database if exists {}", self.name);
        let server = shared::address(SERVER);
        blocking::block_on(async move {
            execute(&server, statement).await.ok();
        });
    }
}

async fn execute(url: &str, statement: String) -> Result<(), sqlx::Error> {
    let mut connection = MySqlConnection::connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut connection).await?;
    connection.close().await
}
