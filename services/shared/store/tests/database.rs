//! Pool and migrations against a real PostgreSQL.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use coffer_store::{DatabaseSettings, StoreError, connect, health, migrate};
use coffer_testkit::TestDatabase;
use sqlx::PgPool;
use sqlx::migrate::Migrator;

static OWN: Migrator = sqlx::migrate!("tests/migrations");

async fn pool(database: &TestDatabase) -> PgPool {
    let settings = DatabaseSettings { url: database.url.as_str().into(), ..DatabaseSettings::default() };
    connect(&settings, "coffer-test").await.unwrap()
}

#[tokio::test]
async fn replicas_that_start_together_migrate_once_each_its_own_way() {
    let database = coffer_testkit::database().await;
    let replicas = [pool(&database).await, pool(&database).await, pool(&database).await];
    let [a, b, c] = &replicas;
    tokio::try_join!(migrate(a, &OWN), migrate(b, &OWN), migrate(c, &OWN)).unwrap();
    migrate(a, &OWN).await.unwrap();
    for table in ["own", "outbox", "inbox", "due_messages"] {
        let exists: bool =
            sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(table).fetch_one(a).await.unwrap();
        assert!(exists, "{table}");
    }
}

#[tokio::test]
async fn a_session_has_a_name_and_limits() {
    let database = coffer_testkit::database().await;
    let pool = pool(&database).await;
    for (setting, expected) in
        [("application_name", "coffer-test"), ("statement_timeout", "15s"), ("lock_timeout", "10s")]
    {
        let value: String =
            sqlx::query_scalar("SELECT current_setting($1)").bind(setting).fetch_one(&pool).await.unwrap();
        assert_eq!(value, expected, "{setting}");
    }
    assert_eq!(health(&pool)().await, Ok(()));
}

#[tokio::test]
async fn a_database_that_is_away_shows_in_the_probe_and_no_url_in_the_error() {
    let settings = DatabaseSettings {
        url: "postgres://user:s3cr3t@127.0.0.1:1/none".into(),
        acquire_timeout_ms: 200,
        ..DatabaseSettings::default()
    };
    let pool = connect(&settings, "coffer-test").await.unwrap();
    assert_eq!(health(&pool)().await, Err("the database does not answer".to_owned()));
    let error = migrate(&pool, &OWN).await.unwrap_err();
    assert!(matches!(error, StoreError::Unreachable(_)), "{error}");

    let wrong = DatabaseSettings { url: "mysql://user:s3cr3t@host".into(), ..settings };
    let error = connect(&wrong, "coffer-test").await.unwrap_err();
    assert!(!format!("{error:?} {error}").contains("s3cr3t"));
}
