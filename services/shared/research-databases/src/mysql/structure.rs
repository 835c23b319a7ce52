//! What a MySQL or MariaDB database tells of its tables and columns.

use sqlx::mysql::MySqlConnection;
use sqlx::{FromRow, QueryBuilder};

use crate::database::ColumnLine;

/// Columns that this account may read; the server lists no others. An index counts for its leading column alone:
/// only by that one does it find rows fast. Views have no estimate of rows.
const COLUMNS: &str = "
    select cast(c.table_schema as char) as table_schema,
           cast(c.table_name as char) as table_name,
           cast(if(t.table_type = 'VIEW', '', t.table_comment) as char) as table_comment,
           cast(if(t.table_type = 'VIEW', -1, coalesce(t.table_rows, -1)) as signed) as table_rows,
           cast(c.column_name as char) as column_name,
           cast(c.column_type as char) as column_type,
           c.is_nullable = 'YES' as nullable,
           cast(c.column_comment as char) as column_comment,
           exists (
               select 1 from information_schema.statistics s
                where s.table_schema = c.table_schema and s.table_name = c.table_name
                  and s.column_name = c.column_name and s.seq_in_index = 1
                  and s.index_type in ('BTREE', 'HASH')
           ) as indexed,
           exists (
               select 1 from information_schema.statistics s
                where s.table_schema = c.table_schema and s.table_name = c.table_name
                  and s.column_name = c.column_name and s.index_type = 'FULLTEXT'
           ) as full_text
      from information_schema.columns c
      join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
     where find_in_set('select', c.privileges) > 0
       and c.table_schema in (";

#[derive(FromRow)]
struct Row {
    table_schema: String,
    table_name: String,
    table_comment: String,
    table_rows: i64,
    column_name: String,
    column_type: String,
    nullable: bool,
    column_comment: String,
    indexed: bool,
    full_text: bool,
}

/// Reads the columns of the given databases, which are what the settings call schemas.
pub(super) async fn read(
    connection: &mut MySqlConnection,
    schemas: &[String],
) -> Result<Vec<ColumnLine>, sqlx::Error> {
    let mut query = QueryBuilder::new(COLUMNS);
    let mut names = query.separated(", ");
    for schema in schemas {
        names.push_bind(schema);
    }
    query.push(") order by c.table_schema, c.table_name, c.ordinal_position");
    let rows: Vec<Row> = query.build_query_as().fetch_all(connection).await?;
    Ok(rows.into_iter().map(ColumnLine::from).collect())
}

impl From<Row> for ColumnLine {
    fn from(row: Row) -> Self {
        Self {
            schema: row.table_schema,
            table: row.table_name,
            table_comment: row.table_comment,
            rows: row.table_rows,
            name: row.column_name,
            data_type: row.column_type,
            nullable: row.nullable,
            comment: row.column_comment,
            indexed: row.indexed,
            full_text: row.full_text,
        }
    }
}
