//! Keeps the catalogue fresh: all databases are read at the start and again at each interval.

use std::time::Duration;

use coffer_runtime::{CancellationToken, telemetry};
use futures::future::join_all;
use opentelemetry::KeyValue;
use sqlx::PgPool;
use tokio::sync::watch;

use crate::config::ResearchDatabaseSettings;
use crate::domain::catalogue::{Database, State};
use crate::store;

/// The catalogue as handlers see it: always the newest, never waiting.
pub(crate) type Catalogue = watch::Receiver<Vec<Database>>;

struct Source {
    name: String,
    schemas: Vec<String>,
    pool: PgPool,
}

/// Reads the databases and publishes what they contain.
pub(crate) struct Refresher {
    sources: Vec<Source>,
    catalogue: watch::Sender<Vec<Database>>,
}

impl Refresher {
    /// Knows the databases, but has read none.
    pub(crate) fn new(databases: &[ResearchDatabaseSettings]) -> Result<Self, sqlx::Error> {
        let unread = databases
            .iter()
            .map(|known| Database::unread(&known.name, &known.title, &known.description))
            .collect();
        let sources = databases.iter().map(Source::new).collect::<Result<_, _>>()?;
        Ok(Self { sources, catalogue: watch::Sender::new(unread) })
    }

    pub(crate) fn catalogue(&self) -> Catalogue {
        self.catalogue.subscribe()
    }

    /// Reads all databases at the same time. One that is down costs a few seconds, not the others.
    pub(crate) async fn refresh(&self) {
        let readings = self.sources.iter().map(|from| store::read(&from.name, &from.pool, &from.schemas));
        let readings = join_all(readings).await;
        self.catalogue.send_modify(|databases| {
            for (database, reading) in databases.iter_mut().zip(readings) {
                database.take(reading);
            }
        });
        measure(&self.catalogue.borrow());
    }

    /// Refreshes until asked to stop.
    pub(crate) async fn run(self, interval: Duration, stop: CancellationToken) -> anyhow::Result<()> {
        while stop.run_until_cancelled(tokio::time::sleep(interval)).await.is_some() {
            stop.run_until_cancelled(self.refresh()).await;
        }
        Ok(())
    }
}

impl Source {
    fn new(settings: &ResearchDatabaseSettings) -> Result<Self, sqlx::Error> {
        let pool = store::connect(&settings.url)?;
        Ok(Self { name: settings.name.clone(), schemas: settings.schemas.clone(), pool })
    }
}

fn measure(databases: &[Database]) {
    let gauge = telemetry::meter()
        .u64_gauge("coffer.research_database.available")
        .with_description("1 when the research database could be read the last time, else 0.")
        .build();
    for database in databases {
        let available = u64::from(database.state == State::Available);
        gauge.record(available, &[KeyValue::new("database", database.name.clone())]);
    }
}

#[cfg(test)]
mod tests {
    use coffer_runtime::Secret;
    use coffer_testkit::{TestDatabase, database};
    use sqlx::{Connection, Executor, PgConnection};

    use super::*;
    use crate::domain::catalogue::{Problem, Table};

    const RESEARCH: &str = "
        create table note (rid text primary key, seen_on date not null, body varchar(200));
        comment on table note is 'What was written';
        comment on column note.body is 'Free text';
        create index on note (seen_on, body);
        create view recent as select rid from note;
        create schema hidden;
        create table hidden.secret (pid text);
        insert into note values ('a', '2026-01-01', 'x'), ('b', '2026-01-02', 'y');
        analyze note;";

    async fn research() -> TestDatabase {
        let database = database().await;
        let mut connection = PgConnection::connect(&database.url).await.unwrap();
        connection.execute(RESEARCH).await.unwrap();
        database
    }

    fn settings(name: &str, url: &str) -> ResearchDatabaseSettings {
        ResearchDatabaseSettings { name: name.to_owned(), url: url.into(), ..Default::default() }
    }

    async fn refreshed(databases: &[ResearchDatabaseSettings]) -> Vec<Database> {
        let refresher = Refresher::new(databases).unwrap();
        refresher.refresh().await;
        refresher.catalogue().borrow().clone()
    }

    fn shape(table: &Table) -> Vec<(&str, &str, bool, bool)> {
        let columns = table.columns.iter();
        columns.map(|c| (c.name.as_str(), c.data_type.as_str(), c.nullable, c.indexed)).collect()
    }

    #[tokio::test]
    async fn tables_are_read_from_the_schemas_that_are_shown() {
        let research = research().await;
        let databases = refreshed(&[settings("demo", &research.url)]).await;
        let tables = &databases[0].tables;
        assert_eq!(databases[0].state, State::Available);
        assert_eq!(tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["note", "recent"]);
        assert_eq!((tables[0].comment.as_str(), tables[0].rows), ("What was written", 2));
        assert_eq!(tables[0].columns[2].comment, "Free text");
        assert_eq!(tables[1].rows, -1);
        let expected = [
            ("rid", "text", false, true),
            ("seen_on", "date", false, true),
            ("body", "character varying(200)", true, false),
        ];
        assert_eq!(shape(&tables[0]), expected);
    }

    #[tokio::test]
    async fn one_database_down_leaves_the_others_readable() {
        let research = research().await;
        let down = settings("down", "postgres://reader@127.0.0.1:9/none");
        let (server, _) = research.url.split_once('@').unwrap();
        let refused = research.url.replace(server, "postgres://nobody:wrong");
        let databases =
            refreshed(&[down, settings("demo", &research.url), settings("refused", &refused)]).await;
        let states: Vec<_> = databases.iter().map(|database| database.state).collect();
        assert_eq!(
            states,
            [
                State::Unavailable(Problem::Unreachable),
                State::Available,
                State::Unavailable(Problem::AccountRefused)
            ]
        );
    }

    #[tokio::test]
    async fn the_server_refuses_to_write_on_our_connections() {
        let research = research().await;
        let pool = store::connect(&Secret::from(research.url.as_str())).unwrap();
        let error = sqlx::query("delete from note").execute(&pool).await.unwrap_err();
        assert_eq!(error.as_database_error().unwrap().code().unwrap(), "25006");
    }
}
