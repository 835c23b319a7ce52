//! What our account in SQL Server may do beyond reading.

use super::session::Connection;

/// One line for each right too many. Showing plans, and seeing and ending our own sessions, are not.
const RIGHTS: &str = "
    SELECT 'is an administrator of the server' WHERE IS_SRVROLEMEMBER('sysadmin') = 1
    UNION ALL
    SELECT CONCAT('has ', permission_name, ' on the server')
      FROM sys.fn_my_permissions(NULL, 'SERVER')
     WHERE permission_name NOT IN ('CONNECT SQL', 'VIEW ANY DATABASE', 'VIEW SERVER STATE',
                                   'VIEW SERVER PERFORMANCE STATE', 'ALTER ANY CONNECTION')
    UNION ALL
    SELECT CONCAT('has ', permission_name, ' on the database')
      FROM sys.fn_my_permissions(NULL, 'DATABASE')
     WHERE permission_name NOT IN ('CONNECT', 'SELECT', 'SHOWPLAN', 'VIEW DEFINITION', 'VIEW DATABASE STATE',
                                   'VIEW DATABASE PERFORMANCE STATE')
       AND permission_name NOT LIKE 'VIEW ANY COLUMN %KEY DEFINITION'
    UNION ALL
    SELECT DISTINCT CONCAT('has ', p.permission_name, ' on the schema ', s.name)
      FROM sys.schemas s
     CROSS APPLY sys.fn_my_permissions(QUOTENAME(s.name), 'SCHEMA') p
     WHERE p.permission_name NOT IN ('SELECT', 'VIEW DEFINITION') AND s.name NOT IN ('sys', 'INFORMATION_SCHEMA')
    UNION ALL
    SELECT DISTINCT CONCAT('has ', p.permission_name, ' on ', s.name, '.', o.name)
      FROM sys.objects o
      JOIN sys.schemas s ON s.schema_id = o.schema_id
     CROSS APPLY sys.fn_my_permissions(QUOTENAME(s.name) + '.' + QUOTENAME(o.name), 'OBJECT') p
     WHERE o.type IN ('U', 'V') AND p.permission_name IN ('INSERT', 'UPDATE', 'DELETE', 'ALTER', 'CONTROL')";

/// So many are named; the rest follow from the same mistake.
const NAMED: usize = 5;

/// A sentence, if there is anything to say. An administrator may do everything, so that alone is said.
pub(super) async fn read(client: &mut Connection) -> Result<Option<String>, tiberius::error::Error> {
    let rows = client.simple_query(RIGHTS).await?.into_first_result().await?;
    let rights = rows.iter().filter_map(|row| row.get::<&str, _>(0)).map(str::to_owned);
    let rights: Vec<_> = rights.take(NAMED).collect();
    Ok(crate::warning::sentence(&rights, |right| right == "is an administrator of the server"))
}
