//! A broker, our database and a research database for one test, and replicas of the service on them.

use std::sync::Arc;
use std::time::Duration;

use coffer_bus::{AskError, Bus, BusSettings};
use coffer_proto::Question;
use coffer_proto::common::v1::{Caller, Refusal};
use coffer_research_query::{ResearchDatabaseSettings, ResearchQuery, ResearchQuerySettings};
use coffer_runtime::{Context, Service};
use coffer_store::DatabaseSettings;
use coffer_testkit::{TestBroker, TestDatabase, broker, database};
use coffer_types::{SystemClock, UserId};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// The surroundings of a test.
pub(crate) struct World {
    /// The settings with which replicas start.
    pub(crate) settings: ResearchQuerySettings,
    /// The research database `demo`.
    pub(crate) research: TestDatabase,
    /// Who asks.
    pub(crate) asker: Bus,
    _broker: TestBroker,
    _own: TestDatabase,
}

impl World {
    /// A world whose research database was made by a script.
    pub(crate) async fn new(script: &str) -> Self {
        let (broker, own, research) = (broker(), database().await, database().await);
        let mut connection = PgConnection::connect(&research.url).await.unwrap();
        connection.execute(AssertSqlSafe(script.to_owned())).await.unwrap();
        let bus = BusSettings {
            url: broker.url.clone(),
            namespace: broker.namespace.clone(),
            ask_timeout_ms: 3_000,
            ..BusSettings::default()
        };
        let settings = ResearchQuerySettings {
            database: DatabaseSettings { url: own.url.as_str().into(), ..DatabaseSettings::default() },
            databases: vec![research_database("demo", &research.url)],
            bus,
            ..ResearchQuerySettings::default()
        };
        let asker = Bus::connect(&settings.bus, "test", &context()).await.unwrap();
        Self { settings, research, asker, _broker: broker, _own: own }
    }

    /// Starts a replica; it ends when its context is told so.
    pub(crate) async fn start(&self) -> Context {
        let running = context();
        ResearchQuery::setup(&self.settings, &running).await.unwrap();
        ResearchQuery::start(self.settings.clone(), running.clone()).await.unwrap();
        running
    }

    /// Asks, and expects an answer.
    pub(crate) async fn ask<Q: Question>(&self, question: Q) -> Q::Answer {
        self.try_ask(&question).await.unwrap()
    }

    /// Asks, and expects a refusal.
    pub(crate) async fn refused<Q: Question>(&self, question: Q) -> Refusal {
        match self.try_ask(&question).await {
            Err(refusal) => refusal,
            Ok(_) => panic!("the question was answered"),
        }
    }

    /// Asks. A replica that has just started, or that a test has killed inside this process, may leave a question
    /// unanswered: it is asked again.
    pub(crate) async fn try_ask<Q: Question>(&self, question: &Q) -> Result<Q::Answer, Refusal> {
        for _ in 0..20 {
            match self.asker.ask(question).await {
                Ok(answer) => return Ok(answer),
                Err(AskError::Refused(refusal)) => return Err(refusal),
                Err(AskError::Unavailable) => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(error) => panic!("no answer: {error}"),
            }
        }
        panic!("nobody answers");
    }
}

/// A context that nobody shares.
pub(crate) fn context() -> Context {
    Context::for_test(Arc::new(SystemClock))
}

/// A new person with one role.
pub(crate) fn person(role: &str) -> Caller {
    Caller {
        user_id: UserId::new().to_string(),
        roles: vec![role.to_owned()],
        name: "Dr Jo Doe".to_owned(),
        ..Caller::default()
    }
}

/// The settings of a research database.
pub(crate) fn research_database(name: &str, url: &str) -> ResearchDatabaseSettings {
    ResearchDatabaseSettings { name: name.to_owned(), url: url.into(), ..Default::default() }
}
