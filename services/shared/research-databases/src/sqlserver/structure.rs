//! What a SQL Server database tells of its tables and columns.

use tiberius::{Query, Row};

use super::session::Connection;
use crate::database::ColumnLine;

/// Columns that this account may read in the schemas of a JSON list. An index counts for its leading column
/// alone: only by that one does it find rows fast. Views have no estimate of rows.
const COLUMNS: &str = "
    SELECT s.name, o.name,
           CAST(COALESCE(CAST(table_text.value AS nvarchar(4000)), N'') AS nvarchar(4000)),
           CASE WHEN o.type = 'V' THEN CAST(-1 AS bigint)
                ELSE COALESCE((SELECT SUM(p.rows) FROM sys.partitions p
                                WHERE p.object_id = o.object_id AND p.index_id IN (0, 1)), -1)
           END,
           c.name,
           TYPE_NAME(c.user_type_id)
             + CASE WHEN TYPE_NAME(c.system_type_id) IN ('varchar', 'char', 'varbinary', 'binary')
                    THEN CASE c.max_length WHEN -1 THEN '(max)' ELSE CONCAT('(', c.max_length, ')') END
                    WHEN TYPE_NAME(c.system_type_id) IN ('nvarchar', 'nchar')
                    THEN CASE c.max_length WHEN -1 THEN '(max)' ELSE CONCAT('(', c.max_length / 2, ')') END
                    WHEN TYPE_NAME(c.system_type_id) IN ('decimal', 'numeric')
                    THEN CONCAT('(', c.precision, ', ', c.scale, ')')
                    ELSE '' END,
           c.is_nullable,
           CAST(COALESCE(CAST(column_text.value AS nvarchar(4000)), N'') AS nvarchar(4000)),
           CAST(CASE WHEN EXISTS (SELECT 1 FROM sys.index_columns i
                                   WHERE i.object_id = c.object_id AND i.column_id = c.column_id
                                     AND i.key_ordinal = 1) THEN 1 ELSE 0 END AS bit),
           CAST(CASE WHEN EXISTS (SELECT 1 FROM sys.fulltext_index_columns f
                                   WHERE f.object_id = c.object_id AND f.column_id = c.column_id)
                     THEN 1 ELSE 0 END AS bit)
      FROM sys.columns c
      JOIN sys.objects o ON o.object_id = c.object_id AND o.type IN ('U', 'V')
      JOIN sys.schemas s ON s.schema_id = o.schema_id
      LEFT JOIN sys.extended_properties table_text
        ON table_text.class = 1 AND table_text.major_id = o.object_id AND table_text.minor_id = 0
       AND table_text.name = 'MS_Description'
      LEFT JOIN sys.extended_properties column_text
        ON column_text.class = 1 AND column_text.major_id = o.object_id
       AND column_text.minor_id = c.column_id AND column_text.name = 'MS_Description'
     WHERE s.name IN (SELECT value FROM OPENJSON(@P1))
       AND HAS_PERMS_BY_NAME(QUOTENAME(s.name) + '.' + QUOTENAME(o.name), 'OBJECT', 'SELECT',
                             QUOTENAME(c.name), 'COLUMN') = 1
     ORDER BY s.name, o.name, c.column_id";

/// Reads the columns of the given schemas.
pub(super) async fn read(
    client: &mut Connection,
    schemas: &[String],
) -> Result<Vec<ColumnLine>, tiberius::error::Error> {
    let mut query = Query::new(COLUMNS);
    query.bind(serde_json::Value::from(schemas).to_string());
    let rows = query.query(client).await?.into_first_result().await?;
    Ok(rows.iter().map(line).collect())
}

fn line(row: &Row) -> ColumnLine {
    let text = |position: usize| row.get::<&str, _>(position).unwrap_or_default().to_owned();
    let truth = |position: usize| row.get::<bool, _>(position).unwrap_or_default();
    ColumnLine {
        schema: text(0),
        table: text(1),
        table_comment: text(2),
        rows: row.get::<i64, _>(3).unwrap_or(-1),
        name: text(4),
        data_type: text(5),
        nullable: truth(6),
        comment: text(7),
        indexed: truth(8),
        full_text: truth(9),
    }
}
