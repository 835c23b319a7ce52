//! What a PostgreSQL database tells of its tables and columns.

use sqlx::FromRow;
use sqlx::postgres::PgConnection;

use crate::database::ColumnLine;

/// Columns that this account may read. An index counts for its leading column alone: only by that one does
/// it find rows fast. A full-text index is a GIN (or GiST) index on a `tsvector` column, or on an expression of
/// `to_tsvector` over the column. Views have no estimate of rows.
const COLUMNS: &str = "
    with text_index as (
        select i.indrelid as relation,
               k.attribute,
               pg_get_indexdef(i.indexrelid, k.position::int, true) as expression
          from pg_index i
          join pg_class c on c.oid = i.indexrelid
          join pg_am m on m.oid = c.relam and m.amname in ('gin', 'gist')
         cross join unnest(i.indkey) with ordinality as k (attribute, position)
    )
    select n.nspname as schema,
           c.relname as table,
           coalesce(obj_description(c.oid, 'pg_class'), '') as table_comment,
           case when c.relkind in ('r', 'm', 'p') then c.reltuples::bigint else -1 end as rows,
           a.attname as name,
           format_type(a.atttypid, a.atttypmod) as data_type,
           not a.attnotnull as nullable,
           coalesce(col_description(c.oid, a.attnum), '') as comment,
           exists (select from pg_index i where i.indrelid = c.oid and i.indkey[0] = a.attnum) as indexed,
           exists (
               select from text_index t
                where t.relation = c.oid
                  and (t.attribute = a.attnum and a.atttypid = 'tsvector'::regtype
                       or t.attribute = 0
                          and t.expression like '%to_tsvector(%'
                          and t.expression ~ ('(^|[^[:alnum:]_\"])'
                              || regexp_replace(quote_ident(a.attname), '([^[:alnum:]_])', '\\\\\\1', 'g')
                              || '($|[^[:alnum:]_\"])'))
           ) as full_text
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
    full_text: bool,
}

/// Reads the columns of the given schemas.
pub(super) async fn read(
    connection: &mut PgConnection,
    schemas: &[String],
) -> Result<Vec<ColumnLine>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(COLUMNS).bind(schemas).fetch_all(connection).await?;
    Ok(rows.into_iter().map(ColumnLine::from).collect())
}

impl From<Row> for ColumnLine {
    fn from(row: Row) -> Self {
        Self {
            schema: row.schema,
            table: row.table,
            table_comment: row.table_comment,
            rows: row.rows,
            name: row.name,
            data_type: row.data_type,
            nullable: row.nullable,
            comment: row.comment,
            indexed: row.indexed,
            full_text: row.full_text,
        }
    }
}
