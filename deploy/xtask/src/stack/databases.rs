//! The databases of the local stack: one per service with a role of its own, and three that stand for the
//! hospital's, each with a role that may only read.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use coffer_demo::DATABASES;

use crate::postgres::Cluster;

/// The password of every role of the local stack.
const PASSWORD: &str = "coffer-demo";

/// Makes and fills one of the hospital's databases.
type Script = fn(NaiveDate) -> String;

/// Makes what is missing, leaves what is there; gives the URL by which the services reach each database.
pub(super) fn prepare(cluster: &Cluster) -> anyhow::Result<BTreeMap<&'static str, String>> {
    let prepared = DATABASES.into_iter().map(|name| {
        let role = match script(name) {
            Some(script) => prepare_foreign(cluster, name, script)?,
            None => prepare_own(cluster, name)?,
        };
        Ok((name, format!("postgres://{role}:{PASSWORD}@127.0.0.1:{}/{name}", cluster.port)))
    });
    prepared.collect()
}

/// The script of a hospital's database; none for a service's own, which migrates itself.
fn script(name: &str) -> Option<Script> {
    match name {
        "demo_clinical" => Some(coffer_demo::clinical_source_sql),
        "demo_identity" => Some(coffer_demo::identity_map_sql),
        "demo_research" => Some(coffer_demo::research_sql),
        _ => None,
    }
}

/// A service's own database, which belongs to a role of the same name.
fn prepare_own(cluster: &Cluster, name: &str) -> anyhow::Result<String> {
    make(cluster, name, name)?;
    cluster.execute("postgres", &format!("alter database {name} owner to {name}"))?;
    Ok(name.to_owned())
}

/// A hospital's database, with a role that may only read.
fn prepare_foreign(cluster: &Cluster, name: &str, script: Script) -> anyhow::Result<String> {
    let reader = format!("{name}_reader");
    make(cluster, name, &reader)?;
    let tables = cluster.execute(name, "select count(*) from pg_tables where schemaname = 'public'")?;
    if tables.trim() == "0" {
        cluster.execute(name, &script(super::today()))?;
    }
    let grants = format!(
        "alter role {reader} set default_transaction_read_only = on;
         grant select on all tables in schema public to {reader};"
    );
    cluster.execute(name, &grants)?;
    Ok(reader)
}

/// A database and the one role that may enter it.
fn make(cluster: &Cluster, database: &str, role: &str) -> anyhow::Result<()> {
    let sql = format!(
        "select format('create role %I login password %L', '{role}', '{PASSWORD}')
          where not exists (select from pg_roles where rolname = '{role}') \\gexec
         select format('create database %I', '{database}')
          where not exists (select from pg_database where datname = '{database}') \\gexec
         revoke all on database {database} from public;
         grant connect on database {database} to {role};"
    );
    cluster.execute("postgres", &sql).map(drop)
}
