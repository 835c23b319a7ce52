//! Keeps the catalogue fresh: all databases are read at the start, at each interval, and when somebody asks.

use std::sync::Arc;
use std::time::Duration;

use coffer_research_databases as databases;
use coffer_research_databases::ResearchDatabase;
use coffer_runtime::{CancellationToken, telemetry};
use futures::future::join_all;
use opentelemetry::KeyValue;
use tokio::sync::watch;

use crate::app::Offered;
use crate::domain::catalogue::{Column, ColumnLine, Database, Problem, Reading, State, tables};

/// The catalogue as handlers see it: always the newest, never waiting.
pub(crate) type Catalogue = watch::Receiver<Vec<Database>>;

/// Reads the databases and publishes what they contain.
pub(crate) struct Refresher {
    offered: Vec<Arc<Offered>>,
    catalogue: watch::Sender<Vec<Database>>,
}

impl Refresher {
    /// Knows the databases, but has read none.
    pub(crate) fn new(offered: Vec<Arc<Offered>>) -> Self {
        let unread = |offered: &Arc<Offered>| {
            let (settings, engine) = (&offered.settings, offered.database.dialect().as_str());
            Database::unread(&settings.name, &settings.title, &settings.description, engine)
        };
        let catalogue = watch::Sender::new(offered.iter().map(unread).collect());
        Self { offered, catalogue }
    }

    pub(crate) fn catalogue(&self) -> Catalogue {
        self.catalogue.subscribe()
    }

    /// Reads all databases at the same time. One that is down costs a few seconds, not the others.
    pub(crate) async fn refresh(&self) {
        let readings = self.offered.iter().map(|offered| async {
            let reading = read(offered.database.as_ref()).await;
            report(&offered.settings.name, &reading);
            reading
        });
        let readings = join_all(readings).await;
        self.catalogue.send_modify(|databases| {
            for (database, reading) in databases.iter_mut().zip(readings) {
                database.take(reading);
            }
        });
        measure(&self.catalogue.borrow());
    }

    /// Refreshes until asked to stop.
    pub(crate) async fn run(&self, interval: Duration, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(interval)).await.is_some() {
            stop.run_until_cancelled(self.refresh()).await;
        }
    }
}

async fn read(database: &dyn ResearchDatabase) -> Result<Reading, Problem> {
    let lines = database.structure().await?;
    Ok(Reading {
        tables: tables(lines.into_iter().map(ColumnLine::from).collect()),
        data_version: database.data_version().await?,
        warning: database.warning().await?,
    })
}

/// People see that a database is down or unsafe; those who run the site find it in the log too.
fn report(name: &str, reading: &Result<Reading, Problem>) {
    match reading {
        Ok(Reading { warning: Some(warning), .. }) => {
            tracing::warn!(database = name, warning, "our account in a research database may do too much");
        }
        Ok(_) => {}
        Err(problem) => {
            tracing::warn!(database = name, problem = problem.sentence(), "a research database was not read");
        }
    }
}

impl From<databases::Problem> for Problem {
    fn from(problem: databases::Problem) -> Self {
        match problem {
            databases::Problem::Unreachable => Self::Unreachable,
            databases::Problem::AccountRefused => Self::AccountRefused,
        }
    }
}

impl From<databases::ColumnLine> for ColumnLine {
    fn from(line: databases::ColumnLine) -> Self {
        Self {
            schema: line.schema,
            table: line.table,
            table_comment: line.table_comment,
            rows: line.rows,
            column: Column {
                name: line.name,
                data_type: line.data_type,
                nullable: line.nullable,
                comment: line.comment,
                indexed: line.indexed,
                full_text: line.full_text,
            },
        }
    }
}

fn measure(databases: &[Database]) {
    let meter = telemetry::meter();
    let available = meter
        .u64_gauge("coffer.research_database.available")
        .with_description("1 when the research database could be read the last time, else 0.")
        .build();
    let warning = meter
        .u64_gauge("coffer.research_database.warning")
        .with_description("1 when our account in the research database may do more than read, else 0.")
        .build();
    for database in databases {
        let labels = [KeyValue::new("database", database.name.clone())];
        available.record(u64::from(database.state == State::Available), &labels);
        warning.record(u64::from(database.warning.is_some()), &labels);
    }
}

#[cfg(test)]
mod tests {
    use coffer_testkit::{TestDatabase, database};
    use sqlx::{Connection, Executor, PgConnection};

    use super::*;
    use crate::config::{LimitSettings, ResearchDatabaseSettings};
    use crate::domain::catalogue::Table;

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
        let offered = |it: &ResearchDatabaseSettings| Offered::new(it, LimitSettings::default()).unwrap();
        let refresher = Refresher::new(databases.iter().map(|it| Arc::new(offered(it))).collect());
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
    async fn an_account_that_could_write_is_a_warning() {
        let research = research().await;
        let databases = refreshed(&[settings("demo", &research.url)]).await;
        assert!(databases[0].warning.is_some(), "tests use the superuser");
    }

    #[tokio::test]
    async fn the_site_says_what_the_version_of_the_data_is() {
        let research = research().await;
        let mut versioned = settings("demo", &research.url);
        "select max(seen_on)::text from note".clone_into(&mut versioned.version_query);
        assert_eq!(refreshed(&[versioned]).await[0].data_version.as_deref(), Some("2026-01-02"));
    }
}
