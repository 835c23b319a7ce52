//! Lists of runs.

use coffer_types::{SavedQueryId, UserId};
use sqlx::{AssertSqlSafe, Postgres, QueryBuilder};

use super::row::{COLUMNS, RunRow};
use super::{Result, Run, Runs};
use crate::domain::run::State;

/// A search opens so many runs, the newest: their SQL is sealed, so that the database cannot search it.
const SEARCHED: i64 = 1_000;

/// Which runs are wanted, newest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Of this user; none: of everybody.
    pub(crate) user: Option<UserId>,
    /// In this database.
    pub(crate) database: Option<String>,
    /// In this state.
    pub(crate) state: Option<State>,
    /// Of this saved query.
    pub(crate) saved_query: Option<SavedQueryId>,
    /// With this in their SQL; empty: all.
    pub(crate) search: String,
    /// Runs to leave out, and how many to give.
    pub(crate) offset: i64,
    pub(crate) limit: i64,
}

impl Runs {
    /// A slice of the runs, without what is known of their results, and how many there are in all.
    pub(crate) async fn list(&self, wanted: &Wanted) -> Result<(Vec<Run>, u32)> {
        if wanted.search.trim().is_empty() {
            let runs = self.newest(wanted, wanted.offset, wanted.limit).await?;
            return Ok((runs, self.count(wanted).await?));
        }
        let needle = wanted.search.trim().to_lowercase();
        let mut found = self.newest(wanted, 0, SEARCHED).await?;
        found.retain(|run| run.query.sql.to_lowercase().contains(&needle));
        let total = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let (offset, limit) = (wanted.offset.unsigned_abs(), wanted.limit.unsigned_abs());
        let skip = usize::try_from(offset).unwrap_or(usize::MAX);
        let take = usize::try_from(limit).unwrap_or(usize::MAX);
        Ok((found.into_iter().skip(skip).take(take).collect(), total))
    }

    /// The newest run of each of these saved queries of the user, without what is known of its result.
    pub(crate) async fn newest_of(&self, user: UserId, saved_queries: &[SavedQueryId]) -> Result<Vec<Run>> {
        let sql = format!(
            "select distinct on (saved_query_id) {COLUMNS} from run
             where user_id = $1 and saved_query_id = any($2)
             order by saved_query_id, queued_at desc, id desc"
        );
        let rows: Vec<RunRow> =
            sqlx::query_as(AssertSqlSafe(sql)).bind(user).bind(saved_queries).fetch_all(&self.pool).await?;
        rows.into_iter().map(|row| self.open(row.without_result())).collect()
    }

    async fn newest(&self, wanted: &Wanted, offset: i64, limit: i64) -> Result<Vec<Run>> {
        let mut query = QueryBuilder::new(format!("select {COLUMNS} from run where true"));
        restrict(&mut query, wanted);
        query.push(" order by queued_at desc, id desc offset ").push_bind(offset);
        query.push(" limit ").push_bind(limit);
        let rows: Vec<RunRow> = query.build_query_as().fetch_all(&self.pool).await?;
        rows.into_iter().map(|row| self.open(row.without_result())).collect()
    }

    async fn count(&self, wanted: &Wanted) -> Result<u32> {
        let mut query = QueryBuilder::new("select count(*) from run where true");
        restrict(&mut query, wanted);
        let count: i64 = query.build_query_scalar().fetch_one(&self.pool).await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }
}

fn restrict(query: &mut QueryBuilder<Postgres>, wanted: &Wanted) {
    if let Some(user) = wanted.user {
        query.push(" and user_id = ").push_bind(user);
    }
    if let Some(database) = &wanted.database {
        query.push(" and database = ").push_bind(database.clone());
    }
    if let Some(state) = wanted.state {
        query.push(" and state = ").push_bind(state.as_str());
    }
    if let Some(saved_query) = wanted.saved_query {
        query.push(" and saved_query_id = ").push_bind(saved_query);
    }
}
