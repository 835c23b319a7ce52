//! A broker, our database and a research database for one test, and replicas of the service on them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use coffer_bus::{AskError, Bus, BusSettings};
use coffer_proto::Question;
use coffer_proto::common::v1::{Caller, Refusal};
use coffer_proto::query::v1::{CancelRun, GetRun, ListRunEvents, Run, SubmitRun};
use coffer_research_query::{ResearchDatabaseSettings, ResearchQuery, ResearchQuerySettings};
use coffer_runtime::{Context, Service};
use coffer_store::DatabaseSettings;
use coffer_testkit::{TestBroker, TestDatabase, broker, database};
use coffer_types::{SystemClock, UserId};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

/// Longest wait for something that should happen soon.
const PATIENCE: Duration = Duration::from_secs(20);

/// A query that takes minutes, with functions that the gate permits.
pub(crate) const SLOW: &str = "select count(*) from generate_series(1, 3000) a, generate_series(1, 3000) b, \
                               generate_series(1, 3000) c where (a * b * c) % 7 = 8";

/// The surroundings of a test.
pub(crate) struct World {
    /// The settings with which replicas start.
    pub(crate) settings: ResearchQuerySettings,
    /// The research database `demo`.
    pub(crate) research: TestDatabase,
    /// Who asks.
    pub(crate) asker: Bus,
    broker: TestBroker,
    own: TestDatabase,
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
        Self { settings, research, asker, broker, own }
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

/// How runs of a person are submitted and followed.
impl World {
    /// Submits a query of a person.
    pub(crate) async fn submit(&self, caller: &Caller, sql: &str) -> Run {
        self.ask(submission(caller, sql)).await
    }

    /// The run as its user sees it.
    pub(crate) async fn run(&self, caller: &Caller, id: &str) -> Run {
        self.ask(GetRun { caller: Some(caller.clone()), id: id.to_owned() }).await
    }

    /// Waits until the run stands in a state.
    pub(crate) async fn wait_for(&self, caller: &Caller, id: &str, state: &str) -> Run {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let run = self.run(caller, id).await;
            if run.state == state {
                return run;
            }
            assert!(Instant::now() < deadline, "never {state}: {} {}", run.state, run.problem);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Submits a query and waits until it is done.
    pub(crate) async fn done(&self, caller: &Caller, sql: &str) -> Run {
        let run = self.submit(caller, sql).await;
        self.wait_for(caller, &run.id, "done").await
    }

    /// Cancels a run of the caller.
    pub(crate) async fn cancel(&self, caller: &Caller, id: &str) -> Run {
        self.ask(CancelRun { caller: Some(caller.clone()), id: id.to_owned() }).await
    }

    /// What happened to a run, in order.
    pub(crate) async fn events(&self, caller: &Caller, id: &str) -> Vec<String> {
        let question = ListRunEvents { caller: Some(caller.clone()), id: id.to_owned(), after: 0 };
        self.ask(question).await.events.into_iter().map(|event| event.what).collect()
    }

    /// How many sessions in the research database execute a statement with this in it.
    pub(crate) async fn sessions(&self, part: &str) -> i64 {
        let mut connection = PgConnection::connect(&self.research.url).await.unwrap();
        sqlx::query_scalar(
            "select count(*) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and query like '%' || $1 || '%'
               and application_name = 'coffer-research-query'",
        )
        .bind(part)
        .fetch_one(&mut connection)
        .await
        .unwrap()
    }

    /// Waits until so many sessions execute a statement with this in it; answers how long that took.
    pub(crate) async fn wait_for_sessions(&self, part: &str, count: i64) -> Duration {
        let begun = Instant::now();
        loop {
            let found = self.sessions(part).await;
            if found == count {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < PATIENCE, "{found} sessions execute {part}, not {count}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// What a test does behind the service's back.
impl World {
    /// Changes the research database.
    pub(crate) async fn change(&self, sql: &str) {
        let mut connection = PgConnection::connect(&self.research.url).await.unwrap();
        connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    }

    /// Locks a table of the research database until the connection is dropped.
    pub(crate) async fn lock_table(&self, table: &str) -> PgConnection {
        let mut connection = PgConnection::connect(&self.research.url).await.unwrap();
        let lock = format!("begin; lock table {table} in access exclusive mode");
        connection.execute(AssertSqlSafe(lock)).await.unwrap();
        connection
    }

    /// Lets the lease of a run lapse.
    pub(crate) async fn lapse(&self, id: &str) {
        self.alter("update run set lease_until = now() - interval '1 hour' where id = $1::uuid", id).await;
    }

    /// Lets the time of a result come.
    pub(crate) async fn outdate(&self, id: &str) {
        self.alter("update run set kept_until = now() - interval '1 hour' where id = $1::uuid", id).await;
    }

    /// Gives a run to somebody who says nothing.
    pub(crate) async fn steal(&self, id: &str) {
        let thief = "update run set attempt = attempt + 1, lease_until = now() + interval '1 hour'
                     where id = $1::uuid";
        self.alter(thief, id).await;
    }

    /// Gives a run to somebody who has vanished.
    pub(crate) async fn orphan(&self, id: &str) {
        let gone = "update run set attempt = attempt + 1, lease_until = now() - interval '1 hour'
                    where id = $1::uuid and state = 'running'";
        self.alter(gone, id).await;
    }

    /// Waits until a run has lost so many workers.
    pub(crate) async fn wait_for_losses(&self, id: &str, count: i32) {
        let mut connection = PgConnection::connect(&self.own.url).await.unwrap();
        let begun = Instant::now();
        loop {
            let losses: i32 = sqlx::query_scalar("select losses from run where id = $1::uuid")
                .bind(id)
                .fetch_one(&mut connection)
                .await
                .unwrap();
            if losses == count {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{losses} workers were lost, not {count}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How many objects the broker keeps.
    pub(crate) async fn objects(&self) -> usize {
        self.broker.objects("results").await.len()
    }

    async fn alter(&self, sql: &'static str, id: &str) {
        let mut connection = PgConnection::connect(&self.own.url).await.unwrap();
        sqlx::query(sql).bind(id).execute(&mut connection).await.unwrap();
    }
}

/// A query of a person, for its rows.
pub(crate) fn submission(caller: &Caller, sql: &str) -> SubmitRun {
    SubmitRun {
        caller: Some(caller.clone()),
        database: "demo".to_owned(),
        sql: sql.to_owned(),
        ..SubmitRun::default()
    }
}

/// A context that nobody shares.
pub(crate) fn context() -> Context {
    Context::for_test(Arc::new(SystemClock))
}

/// Kills a replica, and lets its tasks go: a connection that is left half made would hold up the whole server,
/// which waits for it when a database is dropped.
pub(crate) async fn stop(running: &Context) {
    running.shutdown.now();
    tokio::time::sleep(Duration::from_millis(100)).await;
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
