//! The service as others meet it: started in process, asked over a real broker.

use std::sync::Arc;

use coffer_bus::{AskError, Bus, BusSettings};
use coffer_proto::common::v1::Caller;
use coffer_proto::common::v1::refusal::Code;
use coffer_proto::query::v1::ListSchema;
use coffer_research_query::{ResearchDatabaseSettings, ResearchQuery, ResearchQuerySettings};
use coffer_runtime::{Context, Service};
use coffer_testkit::{TestBroker, broker, database};
use coffer_types::SystemClock;
use sqlx::{Connection, Executor, PgConnection};

fn bus_settings(broker: &TestBroker) -> BusSettings {
    BusSettings { url: broker.url.clone(), namespace: broker.namespace.clone(), ..BusSettings::default() }
}

fn context() -> Context {
    Context::for_test(Arc::new(SystemClock))
}

fn question(role: &str) -> ListSchema {
    ListSchema { caller: Some(Caller { roles: vec![role.to_owned()], ..Caller::default() }) }
}

fn research_database(name: &str, url: &str) -> ResearchDatabaseSettings {
    ResearchDatabaseSettings { name: name.to_owned(), url: url.into(), ..Default::default() }
}

#[tokio::test]
async fn a_researcher_sees_the_databases_and_which_is_down() {
    let (broker, research, running) = (broker(), database().await, context());
    let mut connection = PgConnection::connect(&research.url).await.unwrap();
    connection.execute("create table note (rid text primary key)").await.unwrap();
    let settings = ResearchQuerySettings {
        bus: bus_settings(&broker),
        databases: vec![
            research_database("demo", &research.url),
            research_database("down", "postgres://reader@127.0.0.1:9/none"),
        ],
        ..ResearchQuerySettings::default()
    };
    ResearchQuery::start(settings, running.clone()).await.unwrap();

    let asker = Bus::connect(&bus_settings(&broker), "test", &context()).await.unwrap();
    let databases = asker.ask(&question("researcher")).await.unwrap().databases;
    assert!(databases[0].available);
    assert_eq!(databases[0].tables[0].name, "note");
    assert!(!databases[1].available);
    assert_eq!(databases[1].problem, "This database cannot be reached at the moment.");

    let refused = asker.ask(&question("patient")).await.unwrap_err();
    assert!(matches!(refused, AskError::Refused(refusal) if refusal.code() == Code::Forbidden));
    running.shutdown.now();
}
