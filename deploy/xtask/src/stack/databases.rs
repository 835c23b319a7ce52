//! The databases of the local stack: one per service with a role of its own, and three that stand for the
//! hospital's, each with a role that may only read.

use chrono::NaiveDate;

use crate::postgres::Cluster;

/// The password of every role of the local stack.
const PASSWORD: &str = "coffer-demo";

/// A database that stands for somebody else's.
struct Foreign {
    name: &'static str,
    reader: &'static str,
    /// Makes and fills it.
    script: fn(NaiveDate) -> String,
}

const FOREIGN: [Foreign; 3] = [
    Foreign {
        name: "demo_clinical",
        reader: "demo_clinical_reader",
        script: coffer_demo::clinical_source_sql,
    },
    Foreign { name: "demo_identity", reader: "demo_identity_reader", script: coffer_demo::identity_map_sql },
    Foreign { name: "demo_research", reader: "demo_research_reader", script: coffer_demo::research_sql },
];

/// Makes what is missing; what is there stays as it is.
pub(super) fn prepare(cluster: &Cluster) -> anyhow::Result<()> {
    for service in super::SERVICES {
        let name = own_database(service);
        make(cluster, &name, &name)?;
    }
    for foreign in &FOREIGN {
        prepare_foreign(cluster, foreign)?;
    }
    Ok(())
}

/// The URL of a service's own database; database and role have one name.
pub(super) fn own_url(port: u16, service: &str) -> String {
    let name = own_database(service);
    url(port, &name, &name)
}

/// The reader's URL of a hospital's database: `clinical`, `identity` or `research`.
pub(super) fn demo_url(port: u16, kind: &str) -> String {
    url(port, &format!("demo_{kind}_reader"), &format!("demo_{kind}"))
}

fn own_database(service: &str) -> String {
    format!("coffer_{}", service.replace('-', "_"))
}

fn url(port: u16, role: &str, database: &str) -> String {
    format!("postgres://{role}:{PASSWORD}@127.0.0.1:{port}/{database}")
}

fn prepare_foreign(cluster: &Cluster, foreign: &Foreign) -> anyhow::Result<()> {
    let Foreign { name, reader, script } = foreign;
    make(cluster, name, "coffer")?;
    let tables = cluster.execute(name, "select count(*) from pg_tables where schemaname = 'public'")?;
    if tables.trim() == "0" {
        cluster.execute(name, &script(super::today()))?;
    }
    make_role(cluster, reader)?;
    cluster.execute(
        name,
        &format!(
            "alter role {reader} set default_transaction_read_only = on;
             grant connect on database {name} to {reader};
             grant select on all tables in schema public to {reader};"
        ),
    )?;
    Ok(())
}

/// A database that only its owner (and whoever is granted it) may enter.
fn make(cluster: &Cluster, name: &str, owner: &str) -> anyhow::Result<()> {
    make_role(cluster, owner)?;
    cluster.execute(
        "postgres",
        &format!(
            "select 'create database {name} owner {owner}'
              where not exists (select from pg_database where datname = '{name}') \\gexec
             revoke all on database {name} from public;"
        ),
    )?;
    Ok(())
}

fn make_role(cluster: &Cluster, role: &str) -> anyhow::Result<()> {
    cluster.execute(
        "postgres",
        &format!(
            "select 'create role {role} login password ''{PASSWORD}'''
              where not exists (select from pg_roles where rolname = '{role}') \\gexec"
        ),
    )?;
    Ok(())
}
