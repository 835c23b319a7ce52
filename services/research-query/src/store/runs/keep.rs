//! Stored results whose time has come; the runs stay in the history.

use coffer_types::RunId;
use sqlx::AssertSqlSafe;

use super::row::{COLUMNS, RunRow};
use super::{Result, Run, Runs};

impl Runs {
    /// Some runs whose results are kept no longer.
    pub(crate) async fn outdated(&self, limit: i64) -> Result<Vec<Run>> {
        let sql = format!(
            "select {COLUMNS} from run where state = 'done' and not result_gone and kept_until <= $1
             order by kept_until limit $2"
        );
        let rows: Vec<RunRow> = sqlx::query_as(AssertSqlSafe(sql))
            .bind(self.clock.now())
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        rows.into_iter().map(|row| self.open(row)).collect()
    }

    /// The result has been deleted.
    pub(crate) async fn result_is_gone(&self, id: RunId) -> Result<()> {
        sqlx::query("update run set result_gone = true where id = $1").bind(id).execute(&self.pool).await?;
        Ok(())
    }
}
