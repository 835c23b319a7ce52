//! The databases of the local stack: one per service with a role of its own, and three that stand for the
//! hospital's, each with a role that may only read.

use std::collections::BTreeMap;
use std::iter::once;

use coffer_demo::DATABASES;

use crate::postgres::{self, Cluster};

/// The password of every role of the local stack.
const PASSWORD: &str = "coffer-demo";

/// The de-identified database.
const RESEARCH: &str = "demo_research";

/// A line about the size of the research database.
const COUNTS: &str = "
    select string_agg(to_char(number, 'FM999,999,999') || ' ' || what, ', ' order by number)
      from (select 'patients', count(*) from patient
            union all select 'notes', count(*) from note
            union all select 'laboratory results', count(*) from laboratory_result
            union all select 'scores', count(*) from score
            union all select 'NLP results', count(*) from nlp_result) as counted (what, number)";

/// Makes and fills one of the hospital's databases, part by part.
pub(crate) type Script = Box<dyn Iterator<Item = String>>;

/// Makes what is missing, with this script for the research database, and leaves what is there; gives the URL by
/// which the services reach each database.
pub(crate) fn prepare(cluster: &Cluster, research: Script) -> anyhow::Result<BTreeMap<&'static str, String>> {
    let mut research = Some(research);
    let prepared = DATABASES.into_iter().map(|name| {
        let role = match if name == RESEARCH { research.take() } else { script(name) } {
            Some(script) => prepare_foreign(cluster, name, script)?,
            None => prepare_own(cluster, name)?,
        };
        Ok((name, format!("postgres://{role}:{PASSWORD}@127.0.0.1:{}/{name}", cluster.port)))
    });
    prepared.collect()
}

/// The script of a hospital's other database; none for a service's own, which migrates itself.
fn script(name: &str) -> Option<Script> {
    let today = super::today();
    match name {
        "demo_clinical" => Some(Box::new(once(coffer_demo::clinical_source_sql(today)))),
        "demo_identity" => Some(Box::new(once(coffer_demo::identity_map_sql(today)))),
        _ => None,
    }
}

/// The script of the research database, `scale` times as large as usual.
pub(super) fn research_script(scale: usize) -> Script {
    Box::new(coffer_demo::research_script(super::today(), scale))
}

/// Fills the research database anew and prints how much it holds.
pub(super) fn fill_research(cluster: &Cluster, scale: usize) -> anyhow::Result<()> {
    println!("filling the research database");
    postgres::feed(&cluster.url(RESEARCH), research_script(scale))?;
    grant(cluster, RESEARCH)?;
    println!("{}", cluster.execute(RESEARCH, COUNTS)?.trim());
    Ok(())
}

/// A service's own database, which belongs to a role of the same name.
fn prepare_own(cluster: &Cluster, name: &str) -> anyhow::Result<String> {
    make(cluster, name, name)?;
    cluster.execute("postgres", &format!("alter database {name} owner to {name}"))?;
    Ok(name.to_owned())
}

/// A hospital's database, with a role that may only read.
fn prepare_foreign(cluster: &Cluster, name: &str, script: Script) -> anyhow::Result<String> {
    let reader = reader(name);
    make(cluster, name, &reader)?;
    let tables = cluster.execute(name, "select count(*) from pg_tables where schemaname = 'public'")?;
    if tables.trim() == "0" {
        println!("filling {name}");
        postgres::feed(&cluster.url(name), script)?;
    }
    grant(cluster, name)?;
    Ok(reader)
}

/// Lets the database's reader read, and no more.
fn grant(cluster: &Cluster, database: &str) -> anyhow::Result<()> {
    let reader = reader(database);
    let grants = format!(
        "alter role {reader} set default_transaction_read_only = on;
         grant select on all tables in schema public to {reader};"
    );
    cluster.execute(database, &grants).map(drop)
}

fn reader(database: &str) -> String {
    format!("{database}_reader")
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
