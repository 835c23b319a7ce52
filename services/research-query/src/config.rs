//! The settings of research-query.

use std::collections::HashSet;

use coffer_bus::BusSettings;
use coffer_runtime::{ChassisSettings, Problems, Secret, Settings};
use serde::{Deserialize, Serialize};

use crate::store;

/// All sections.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResearchQuerySettings {
    /// The chassis.
    pub chassis: ChassisSettings,
    /// The broker.
    pub bus: BusSettings,
    /// How the structure of databases is read.
    pub schema: SchemaSettings,
    /// The databases that researchers may query.
    pub databases: Vec<ResearchDatabaseSettings>,
}

/// How the structure of databases is read.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SchemaSettings {
    /// Time between two readings.
    pub refresh_seconds: u64,
}

impl Default for SchemaSettings {
    fn default() -> Self {
        Self { refresh_seconds: 300 }
    }
}

/// One research database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResearchDatabaseSettings {
    /// The short name in queries and links, such as `demo`.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// What it holds, in a sentence or two.
    pub description: String,
    /// The connection, with an account that may only read.
    pub url: Secret,
    /// The schemas that researchers see.
    pub schemas: Vec<String>,
}

impl Default for ResearchDatabaseSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            title: String::new(),
            description: String::new(),
            url: Secret::default(),
            schemas: vec!["public".to_owned()],
        }
    }
}

impl Settings for ResearchQuerySettings {
    fn chassis(&self) -> &ChassisSettings {
        &self.chassis
    }

    fn validate(&self, problems: &mut Problems) {
        problems.add_if(self.schema.refresh_seconds == 0, "schema.refresh_seconds", "must be at least 1");
        let mut names = HashSet::new();
        for (index, database) in self.databases.iter().enumerate() {
            database.validate(&format!("databases.{index}"), problems);
            let twice = !names.insert(database.name.as_str());
            problems.add_if(twice, &format!("databases.{index}.name"), "is used twice");
        }
    }
}

impl ResearchDatabaseSettings {
    fn validate(&self, key: &str, problems: &mut Problems) {
        problems.add_if(
            !is_short_name(&self.name),
            &format!("{key}.name"),
            "must be a short name of small letters, digits and _",
        );
        problems.add_if(
            !store::is_postgres_url(&self.url),
            &format!("{key}.url"),
            "is not the URL of a PostgreSQL database",
        );
        problems.add_if(self.schemas.is_empty(), &format!("{key}.schemas"), "must name a schema");
    }
}

fn is_short_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|character| matches!(character, 'a'..='z' | '0'..='9' | '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(databases: Vec<ResearchDatabaseSettings>) -> Vec<String> {
        let settings = ResearchQuerySettings { databases, ..ResearchQuerySettings::default() };
        let mut problems = Problems::default();
        settings.validate(&mut problems);
        problems.lines().to_vec()
    }

    fn database(name: &str, url: &str) -> ResearchDatabaseSettings {
        ResearchDatabaseSettings { name: name.to_owned(), url: url.into(), ..Default::default() }
    }

    #[test]
    fn good_databases_pass() {
        let url = "postgres://reader:pw@db/research";
        assert!(problems(vec![database("demo", url), database("demo_2", url)]).is_empty());
    }

    #[test]
    fn each_fault_is_named_and_no_secret_is_shown() {
        let faulty = vec![database("Demo!", "hunter2"), database("Demo!", "hunter2")];
        let lines = problems(faulty).join("\n");
        for key in ["databases.0.name", "databases.0.url", "databases.1.name: is used twice"] {
            assert!(lines.contains(key), "{lines}");
        }
        assert!(!lines.contains("hunter2"));
    }
}
