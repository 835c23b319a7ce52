//! The settings with which the four services form a demo, for the local stack and for end-to-end tests.

use std::collections::BTreeMap;

/// The four services, as in the names of their binaries after `coffer-`.
pub const SERVICES: [&str; 4] = ["gateway", "consent", "mailer", "research-query"];

/// The databases: one per service that stores something, and three that stand for the hospital's.
pub const DATABASES: [&str; 7] = [
    "coffer_gateway",
    "coffer_consent",
    "coffer_mailer",
    "coffer_research_query",
    "demo_clinical",
    "demo_identity",
    "demo_research",
];

/// What research-query is told of the research database; the address follows.
const RESEARCH_DATABASE: &str = r#"[[databases]]
name = "demo"
title = "Demo"
description = "Fictional patients of a psychiatric trust, de-identified, with their notes."
help = """
One row of `patient` per person; every clinical table has `rid`, the research id, and `trid`, a short one for joins.

- `note` holds the free text, with a full-text index; `kind` tells a clinic letter from a risk assessment.
- `medication` has a new row for each dose, `diagnosis` codes of ICD-10, `admission` the stays on wards.
- `nlp_result` holds the numbers that language processing found in the notes, and where: `_srcpkval` is the `note_id`.
"""
rid_column = "rid"
mrid_column = "mrid"
trid_column = "trid"
date_columns = ["written_on", "taken_on", "scored_on", "admitted_on", "started_on", "diagnosed_on", "referred_on"]
version_query = "select max(refreshed_at)::text from data_refresh"
"#;

/// What the services find around them, and where they listen on this machine.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// `demo` or `test`.
    pub environment: &'static str,
    /// The port of the pages and of the JSON API.
    pub gateway_port: u16,
    /// The port of the mail server.
    pub smtp_port: u16,
    /// The admin port of each service.
    pub admin_ports: BTreeMap<&'static str, u16>,
    /// The URL of each database.
    pub database_urls: BTreeMap<&'static str, String>,
    /// The URL of the broker.
    pub nats_url: String,
    /// What keeps this system apart from others on the same broker; may be empty.
    pub namespace: String,
    /// Where traces go.
    pub otlp: Option<String>,
}

impl Surroundings {
    /// Where people reach the gateway.
    pub fn public_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.gateway_port)
    }

    /// The settings of a service, as TOML.
    pub fn settings(&self, service: &str) -> String {
        [self.common(service), self.own(service)].concat()
    }

    fn common(&self, service: &str) -> String {
        let Self { environment, nats_url, namespace, .. } = self;
        let admin = self.admin_ports.get(service).copied().unwrap_or_default();
        let otlp = self.otlp.as_ref().map(|url| format!("otlp_endpoint = \"{url}\"\n")).unwrap_or_default();
        format!(
            "[chassis]\nenvironment = \"{environment}\"\nadmin_listen = \"127.0.0.1:{admin}\"\n{otlp}\
             [bus]\nurl = \"{nats_url}\"\nnamespace = \"{namespace}\"\n"
        )
    }

    fn own(&self, service: &str) -> String {
        let public_url = self.public_url();
        match service {
            "gateway" => format!(
                "[database]\nurl = \"{}\"\n\
                 [web]\nlisten = \"127.0.0.1:{}\"\npublic_url = \"{public_url}\"\norganisation = \"Larkfield NHS Trust\"\n",
                self.database_url("coffer_gateway"),
                self.gateway_port,
            ),
            "consent" => format!(
                "[database]\nurl = \"{}\"\n[clinical_source]\nurl = \"{}\"\n[identity_map]\nurl = \"{}\"\n\
                 [process]\npublic_url = \"{public_url}\"\n",
                self.database_url("coffer_consent"),
                self.database_url("demo_clinical"),
                self.database_url("demo_identity"),
            ),
            "mailer" => format!(
                "[database]\nurl = \"{}\"\n[smtp]\nhost = \"127.0.0.1\"\nport = {}\n",
                self.database_url("coffer_mailer"),
                self.smtp_port,
            ),
            _ => format!(
                "[database]\nurl = \"{}\"\n{RESEARCH_DATABASE}url = \"{}\"\n",
                self.database_url("coffer_research_query"),
                self.database_url("demo_research"),
            ),
        }
    }

    fn database_url(&self, database: &str) -> &str {
        self.database_urls.get(database).map_or("", String::as_str)
    }
}
