//! A submission becomes a queued run, once.

use coffer_proto::query::v1::{RunQuery, RunQueued};
use coffer_query_gate::Purpose;
use coffer_types::{RunId, SavedQueryId};
use sqlx::PgConnection;

use super::{Result, Runs, StoreError, add_event, place};
use crate::domain::access::Person;
use crate::domain::query::Query;
use crate::domain::run::State;

/// What a person submits, after the gate has let it pass.
pub(crate) struct Submission<'a> {
    pub(crate) person: &'a Person,
    pub(crate) database: &'a str,
    pub(crate) purpose: Purpose,
    pub(crate) query: &'a Query,
    pub(crate) saved_query: Option<SavedQueryId>,
    /// Chosen once per submission; empty: none.
    pub(crate) key: &'a str,
    /// Of the request.
    pub(crate) traceparent: Option<String>,
    /// The version of the database's data, if a stored result of it is an answer too.
    pub(crate) accept_stored: Option<String>,
    /// How many runs of the person may wait.
    pub(crate) most_queued: u32,
}

/// What became of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Submitted {
    /// It waits.
    Queued(RunId),
    /// It was submitted before, or has a stored result.
    Known(RunId),
    /// Its key was used for another content.
    OtherContent,
    /// The person has too many runs waiting.
    TooMany,
}

impl Runs {
    /// Queues a run with its fact and its command, or gives the one that there is.
    pub(crate) async fn submit(&self, submission: &Submission<'_>) -> Result<Submitted> {
        let mut tx = self.pool.begin().await?;
        let hash = self.query_hash(submission)?;
        // Submissions of one person wait for each other: the number of those that wait must not be outrun.
        sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind(submission.person.id.to_string())
            .execute(&mut *tx)
            .await?;
        if let Some(known) = self.known(&mut tx, submission, &hash).await? {
            return Ok(known);
        }
        let stored = self.stored(&mut tx, submission, &hash).await?;
        if stored.is_none() && waiting(&mut tx, submission.person).await? >= submission.most_queued.into() {
            return Ok(Submitted::TooMany);
        }
        let submitted = match stored {
            Some(run) => Submitted::Known(run),
            None => Submitted::Queued(self.insert(&mut tx, submission, &hash).await?),
        };
        let (Submitted::Known(run) | Submitted::Queued(run)) = submitted else { return Ok(submitted) };
        self.keep_key(&mut tx, submission, &hash, run).await?;
        tx.commit().await?;
        self.outbox.wake();
        Ok(submitted)
    }

    /// The same query of anybody has the same hash; nobody guesses the query from it.
    fn query_hash(&self, submission: &Submission<'_>) -> Result<Vec<u8>> {
        let Submission { database, purpose, query, .. } = submission;
        let text = serde_json::to_string(&(database, purpose.as_str(), query))
            .map_err(|_| StoreError::Column("run.query"))?;
        Ok(self.keyring.blind_index("query of a run", &text))
    }

    /// What became of the submission's key before.
    async fn known(
        &self,
        tx: &mut PgConnection,
        submission: &Submission<'_>,
        hash: &[u8],
    ) -> Result<Option<Submitted>> {
        if submission.key.is_empty() {
            return Ok(None);
        }
        let known: Option<(Vec<u8>, RunId)> =
            sqlx::query_as("select content, run_id from submission where user_id = $1 and key = $2")
                .bind(submission.person.id)
                .bind(submission.key)
                .fetch_optional(tx)
                .await?;
        Ok(known.map(
            |(content, run)| {
                if content == hash { Submitted::Known(run) } else { Submitted::OtherContent }
            },
        ))
    }

    async fn keep_key(
        &self,
        tx: &mut PgConnection,
        submission: &Submission<'_>,
        hash: &[u8],
        run: RunId,
    ) -> Result<()> {
        if submission.key.is_empty() {
            return Ok(());
        }
        sqlx::query("insert into submission (user_id, key, content, run_id, at) values ($1, $2, $3, $4, $5)")
            .bind(submission.person.id)
            .bind(submission.key)
            .bind(hash)
            .bind(run)
            .bind(self.clock.now())
            .execute(tx)
            .await?;
        Ok(())
    }

    /// The person's newest run of the same query on the same data whose result is still there.
    async fn stored(
        &self,
        tx: &mut PgConnection,
        submission: &Submission<'_>,
        hash: &[u8],
    ) -> Result<Option<RunId>> {
        let Some(version) = &submission.accept_stored else { return Ok(None) };
        let run = sqlx::query_scalar(
            "select id from run
             where user_id = $1 and query_hash = $2 and data_version = $3 and state = 'done' and not result_gone
                 and kept_until > $4
             order by queued_at desc limit 1",
        )
        .bind(submission.person.id)
        .bind(hash)
        .bind(version)
        .bind(self.clock.now())
        .fetch_optional(tx)
        .await?;
        Ok(run)
    }

    async fn insert(&self, tx: &mut PgConnection, submission: &Submission<'_>, hash: &[u8]) -> Result<RunId> {
        let Submission { person, database, purpose, query, saved_query, traceparent, .. } = submission;
        let (id, now) = (RunId::new(), self.clock.now());
        let roles: Vec<&str> = person.roles.iter().map(|role| role.as_str()).collect();
        sqlx::query(
            "insert into run (id, user_id, user_name, roles, database, purpose, query, query_hash,
                 saved_query_id, traceparent, state, queued_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(id)
        .bind(person.id)
        .bind(&person.name)
        .bind(roles)
        .bind(database)
        .bind(purpose.as_str())
        .bind(self.keyring.seal_json(place("query", id), query)?)
        .bind(hash)
        .bind(saved_query)
        .bind(traceparent)
        .bind(State::Queued.as_str())
        .bind(now)
        .execute(&mut *tx)
        .await?;
        add_event(tx, id, State::Queued.as_str(), now, 0).await?;
        let (run_id, user_id) = (id.to_string(), person.id.to_string());
        let fact = RunQueued { run_id: run_id.clone(), user_id, database: (*database).to_owned() };
        self.outbox.enqueue(tx, &fact).await?;
        self.outbox.enqueue(tx, &RunQuery { run_id }).await?;
        Ok(id)
    }

    /// The command to run it has come.
    pub(crate) async fn make_ready(&self, tx: &mut PgConnection, id: RunId) -> Result<()> {
        sqlx::query("update run set ready = true where id = $1").bind(id).execute(tx).await?;
        Ok(())
    }
}

/// How many runs of the person wait.
async fn waiting(tx: &mut PgConnection, person: &Person) -> Result<i64> {
    let count = sqlx::query_scalar("select count(*) from run where user_id = $1 and state = 'queued'")
        .bind(person.id)
        .fetch_one(tx)
        .await?;
    Ok(count)
}
