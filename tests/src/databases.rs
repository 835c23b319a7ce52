//! The databases of one system: empty ones for the services, filled ones for the hospital's.

use std::collections::BTreeMap;

use coffer_testkit::TestDatabase;
use coffer_types::{Clock as _, SystemClock};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// All databases by name, each with its content.
pub(crate) async fn databases() -> BTreeMap<&'static str, TestDatabase> {
    let today = SystemClock.now().date_naive();
    let made = coffer_demo::DATABASES.map(async |name| {
        let database = coffer_testkit::database().await;
        match name {
            "demo_clinical" => run(&database.url, coffer_demo::clinical_source_sql(today)).await,
            "demo_identity" => run(&database.url, coffer_demo::identity_map_sql(today)).await,
            "demo_research" => run(&database.url, coffer_demo::research_sql(today)).await,
            _ => {}
        }
        (name, database)
    });
    futures::future::join_all(made).await.into_iter().collect()
}

/// Runs a script in a database.
pub(crate) async fn run(url: &str, script: String) {
    let mut connection = PgConnection::connect(url).await.expect("the database is there");
    sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await.expect("the script runs");
}
