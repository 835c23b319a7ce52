//! What our account in PostgreSQL may do beyond reading.

use sqlx::postgres::PgConnection;

/// One line for each right too many.
const RIGHTS: &str = "
    select 'is a superuser' as right
      from pg_roles where rolname = current_user and rolsuper
    union all
    select 'may create roles'
      from pg_roles where rolname = current_user and rolcreaterole
    union all
    select 'passes by row-level security'
      from pg_roles where rolname = current_user and rolbypassrls and not rolsuper
    union all
    select 'is a member of ' || rolname
      from pg_roles
     where rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program',
                       'pg_read_all_data', 'pg_write_all_data', 'pg_monitor', 'pg_read_all_stats',
                       'pg_read_all_settings', 'pg_stat_scan_tables', 'pg_signal_backend', 'pg_checkpoint',
                       'pg_maintain')
       and pg_has_role(current_user, oid, 'member')
    union all
    select 'may create things in the database'
     where has_database_privilege(current_database(), 'CREATE')
    union all
    select format('may create things in the schema %s', nspname)
      from pg_namespace
     where has_schema_privilege(oid, 'CREATE') and nspname !~ '^pg_temp_' and nspname !~ '^pg_toast_temp_'
    union all
    (select format('may change the table %s.%s', n.nspname, c.relname)
       from pg_class c
       join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p', 'v', 'f')
        and n.nspname not in ('pg_catalog', 'information_schema')
        and (has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
             or has_any_column_privilege(c.oid, 'INSERT, UPDATE'))
      order by 1
      limit 3)";

/// A sentence, if there is anything to say. A superuser may do everything, so that alone is said.
pub(super) async fn read(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    let rights: Vec<String> = sqlx::query_scalar(RIGHTS).fetch_all(connection).await?;
    Ok(crate::warning::sentence(&rights, |right| right == "is a superuser"))
}
