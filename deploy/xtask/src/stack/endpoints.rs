//! How people and programs find the local stack: the printed table, `.local/endpoints.json` and
//! `.local/demo-patients.json`.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use coffer_demo::{Case, Surroundings};
use serde::{Deserialize, Serialize};

use crate::paths::local;
use crate::postgres::Cluster;

/// The content of `.local/endpoints.json`.
#[derive(Serialize, Deserialize)]
pub(super) struct Endpoints {
    gateway: String,
    nats: String,
    /// By publisher.
    nats_credentials: BTreeMap<String, PathBuf>,
    postgres: String,
    smtp: String,
    mailbox: String,
    /// By service.
    admin: BTreeMap<String, String>,
    otlp: Option<String>,
    /// By account.
    tokens: BTreeMap<String, String>,
}

/// An entry of `.local/demo-patients.json`.
#[derive(Serialize)]
struct NamedPatient {
    case: &'static str,
    nhs_number: String,
    rid: String,
    mrid: String,
    mode: &'static str,
}

impl Endpoints {
    pub(super) fn new(surroundings: &Surroundings, cluster: &Cluster, mailbox_port: u16) -> Self {
        let http = |port: u16| format!("http://127.0.0.1:{port}");
        let admin = surroundings.admin_ports.iter();
        let accounts = coffer_demo::users().into_iter();
        Self {
            gateway: surroundings.public_url(),
            nats: surroundings.nats_url.clone(),
            nats_credentials: BTreeMap::new(),
            postgres: cluster.url("postgres"),
            smtp: format!("127.0.0.1:{}", surroundings.smtp_port),
            mailbox: http(mailbox_port),
            admin: admin.map(|(service, port)| ((*service).to_owned(), http(*port))).collect(),
            otlp: surroundings.otlp.clone(),
            tokens: accounts.map(|user| (user.username.to_owned(), user.api_token)).collect(),
        }
    }

    /// What the last `up` wrote.
    pub(super) fn read() -> Option<Self> {
        serde_json::from_slice(&fs::read(endpoints_file()).ok()?).ok()
    }

    /// The port of PostgreSQL.
    pub(super) fn postgres_port(&self) -> Option<u16> {
        self.postgres.rsplit_once(':')?.1.split_once('/')?.0.parse().ok()
    }

    pub(super) fn write(&self) -> anyhow::Result<()> {
        let patients: Vec<_> = Case::NAMED.into_iter().filter_map(named_patient).collect();
        fs::write(patients_file(), serde_json::to_vec_pretty(&patients)?).context("writing the patients")?;
        fs::write(endpoints_file(), serde_json::to_vec_pretty(self)?).context("writing the addresses")
    }

    /// Prints the table for people.
    pub(super) fn print(&self) {
        let probes =
            self.admin.iter().map(|(service, url)| (format!("  {service}"), format!("{url}/readyz")));
        let addresses = [
            ("Coffer", &self.gateway),
            ("Mailbox", &self.mailbox),
            ("SMTP", &self.smtp),
            ("NATS", &self.nats),
            ("PostgreSQL", &self.postgres),
        ];
        let addresses = addresses.map(|(name, address)| (name.to_owned(), address.clone()));
        let rows: Vec<_> = addresses
            .into_iter()
            .chain(probes)
            .map(|(name, address)| format!("{name:<18}{address}\n"))
            .collect();
        let accounts: Vec<_> = self.tokens.keys().map(String::as_str).collect();
        // At once, so that a reader that stops after some lines does no harm.
        print!(
            "\n{}\nSign in as {} with the password coffer-demo.\n\
             API tokens: .local/endpoints.json; patients to try: .local/demo-patients.json\n",
            rows.concat(),
            accounts.join(", "),
        );
    }
}

/// Forgets the addresses.
pub(super) fn delete() -> anyhow::Result<()> {
    for file in [endpoints_file(), patients_file()].into_iter().filter(|file| file.exists()) {
        fs::remove_file(file).context("deleting the addresses")?;
    }
    Ok(())
}

fn named_patient(case: Case) -> Option<NamedPatient> {
    let patient = coffer_demo::patient(case, super::today())?;
    Some(NamedPatient {
        case: case.as_str(),
        nhs_number: patient.nhs_number.to_string(),
        rid: patient.rid.to_string(),
        mrid: patient.mrid.to_string(),
        mode: patient.mode(),
    })
}

fn endpoints_file() -> PathBuf {
    local("endpoints.json")
}

fn patients_file() -> PathBuf {
    local("demo-patients.json")
}
