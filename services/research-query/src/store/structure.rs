//! What a PostgreSQL database tells of its tables and columns.

use sqlx::error::DatabaseError;
use sqlx::{FromRow, PgPool};

use crate::domain::catalogue::{Column, ColumnLine, Problem, Table, tables};

/// Columns that this account may read. An index counts for its leading column alone: only by that one does
/// it find rows fast. Views have no estimate of rows.
const COLUMNS: &str = "
    select n.nspname as schema,
           c.relname as table,
           coalesce(obj_description(c.oid, 'pg_class'), '') as table_comment,
           case when c.relkind in ('r', 'm', 'p') then c.reltuples::bigint else -1 end as rows,
           a.attname as name,
           format_type(a.atttypid, a.atttypmod) as data_type,
           not a.attnotnull as nullable,
           coalesce(col_description(c.oid, a.attnum), '') as comment,
           exists (select from pg_index i where i.indrelid = c.oid and i.indkey[0] = a.attnum) as indexed
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid
     where n.nspname = any($1)
       and c.relkind in ('r', 'm', 'p', 'v', 'f')
       and not c.relispartition
       and a.attnum > 0
       and not a.attisdropped
       and has_schema_privilege(n.oid, 'USAGE')
       and has_column_privilege(c.oid, a.attnum, 'SELECT')
     order by n.nspname, c.relname, a.attnum";

/// Class 28 of SQLSTATE: the account or its password is refused.
const INVALID_AUTHORISATION: &str = "28";

#[derive(FromRow)]
struct Row {
    schema: String,
    table: String,
    table_comment: String,
    rows: i64,
    name: String,
    data_type: String,
    nullable: bool,
    comment: String,
    indexed: bool,
}

/// Reads the tables of the given schemas. The cause of a failure goes to the log, a kind of it to people.
pub(crate) async fn read(name: &str, pool: &PgPool, schemas: &[String]) -> Result<Vec<Table>, Problem> {
    match sqlx::query_as::<_, Row>(COLUMNS).bind(schemas).fetch_all(pool).await {
        Ok(rows) => Ok(tables(rows.into_iter().map(ColumnLine::from).collect())),
        Err(error) => {
            tracing::warn!(database = name, %error, "a research database could not be read");
            Err(problem(&error))
        }
    }
}

fn problem(error: &sqlx::Error) -> Problem {
    let code = error.as_database_error().and_then(DatabaseError::code);
    if code.is_some_and(|code| code.starts_with(INVALID_AUTHORISATION)) {
        Problem::AccountRefused
    } else {
        Problem::Unreachable
    }
}

impl From<Row> for ColumnLine {
    fn from(row: Row) -> Self {
        Self {
            schema: row.schema,
            table: row.table,
            table_comment: row.table_comment,
            rows: row.rows,
            column: Column {
                name: row.name,
                data_type: row.data_type,
                nullable: row.nullable,
                comment: row.comment,
                indexed: row.indexed,
            },
        }
    }
}
