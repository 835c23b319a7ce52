//! The shared servers give each test surroundings of its own.

use async_nats::jetstream::{self, stream};
use sqlx::{Connection as _, MySqlConnection, PgConnection};

#[tokio::test]
async fn a_test_database_is_empty_and_goes_with_its_value() {
    let first = coffer_testkit::database().await;
    let second = coffer_testkit::database().await;
    assert_ne!(first.url, second.url);
    let mut connection = PgConnection::connect(&first.url).await.unwrap();
    let tables: i64 = sqlx::query_scalar("select count(*) from pg_tables where schemaname = 'public'")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(tables, 0);
    let url = first.url.clone();
    drop(first);
    assert!(PgConnection::connect(&url).await.is_err());
}

#[tokio::test]
async fn a_mariadb_database_is_empty_and_goes_with_its_value() {
    let database = coffer_testkit::mariadb().await;
    let mut connection = MySqlConnection::connect(&database.url).await.unwrap();
    let tables: i64 =
        sqlx::query_scalar("select count(*) from information_schema.tables where table_schema = database()")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(tables, 0);
    let url = database.url.clone();
    drop(database);
    assert!(MySqlConnection::connect(&url).await.is_err());
}

#[tokio::test]
async fn the_streams_of_a_namespace_go_with_it() {
    let broker = coffer_testkit::broker();
    let name = format!("{}_PROBE", broker.namespace.to_uppercase());
    let client = async_nats::connect(&broker.url).await.unwrap();
    let jetstream = jetstream::new(client);
    let configuration = stream::Config {
        name: name.clone(),
        subjects: vec![format!("{}.probe", broker.namespace)],
        ..stream::Config::default()
    };
    jetstream.create_stream(configuration).await.unwrap();
    drop(broker);
    assert!(jetstream.get_stream(&name).await.is_err());
}
