//! The settings of research-query.

mod databases;
mod limits;

pub use databases::ResearchDatabaseSettings;
pub use limits::{DatabaseLimits, LimitSettings};

use std::collections::HashSet;

use chrono::TimeDelta;
use coffer_bus::BusSettings;
use coffer_runtime::{ChassisSettings, Problems, Settings};
use coffer_store::{DatabaseSettings, SealingSettings};
use serde::{Deserialize, Serialize};

/// All sections.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResearchQuerySettings {
    /// The chassis.
    pub chassis: ChassisSettings,
    /// Our own database: runs, saved queries, highlights.
    pub database: DatabaseSettings,
    /// Keys for sealed columns and stored results.
    pub sealing: SealingSettings,
    /// The broker.
    pub bus: BusSettings,
    /// How the structure of databases is read.
    pub schema: SchemaSettings,
    /// How results are kept.
    pub results: ResultSettings,
    /// What a run may take, and how many there may be.
    pub limits: LimitSettings,
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

/// How results are kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResultSettings {
    /// Days after which a stored result is deleted; the run stays in the history.
    pub keep_days: u32,
    /// Memory for parts of results that were read lately.
    pub cache_megabytes: u32,
}

impl Default for SchemaSettings {
    fn default() -> Self {
        Self { refresh_seconds: 300 }
    }
}

impl Default for ResultSettings {
    fn default() -> Self {
        Self { keep_days: 30, cache_megabytes: 32 }
    }
}

impl ResultSettings {
    /// How long a stored result is kept.
    pub(crate) fn keep(&self) -> TimeDelta {
        TimeDelta::days(self.keep_days.into())
    }

    /// The size of the cache in bytes.
    pub(crate) fn cache_bytes(&self) -> usize {
        usize::try_from(self.cache_megabytes).unwrap_or(usize::MAX).saturating_mul(1024 * 1024)
    }
}

impl ResearchQuerySettings {
    /// The limits of a database: its own where it has some.
    pub(crate) fn limits_of(&self, database: &ResearchDatabaseSettings) -> LimitSettings {
        self.limits.with(&database.limits)
    }
}

impl Settings for ResearchQuerySettings {
    fn chassis(&self) -> &ChassisSettings {
        &self.chassis
    }

    fn validate(&self, problems: &mut Problems) {
        problems.add_if(self.schema.refresh_seconds == 0, "schema.refresh_seconds", "must be at least 1");
        problems.add_if(
            !(1..=365).contains(&self.results.keep_days),
            "results.keep_days",
            "must be from 1 to 365",
        );
        self.limits.validate("limits", problems);
        let mut names = HashSet::new();
        for (index, database) in self.databases.iter().enumerate() {
            let key = format!("databases.{index}");
            database.validate(&key, problems);
            self.limits_of(database).validate(&format!("{key}.limits"), problems);
            let twice = !names.insert(database.name.as_str());
            problems.add_if(twice, &format!("{key}.name"), "is used twice");
        }
        if self.chassis.environment.is_production() {
            for (key, keys) in [("sealing.keys", &self.sealing), ("bus.sealing.keys", &self.bus.sealing)] {
                problems.add_if(keys.is_demo(), key, "production needs keys of its own");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use coffer_runtime::Environment;

    use super::*;

    fn problems(settings: &ResearchQuerySettings) -> Vec<String> {
        let mut problems = Problems::default();
        settings.validate(&mut problems);
        problems.lines().to_vec()
    }

    fn with(databases: Vec<ResearchDatabaseSettings>) -> Vec<String> {
        problems(&ResearchQuerySettings { databases, ..ResearchQuerySettings::default() })
    }

    fn database(name: &str, url: &str) -> ResearchDatabaseSettings {
        ResearchDatabaseSettings { name: name.to_owned(), url: url.into(), ..Default::default() }
    }

    #[test]
    fn good_databases_pass() {
        let url = "postgres://reader:pw@db/research";
        assert!(with(vec![database("demo", url), database("demo_2", url)]).is_empty());
    }

    #[test]
    fn each_fault_is_named_and_no_secret_is_shown() {
        let mut faulty = database("Demo!", "hunter2");
        faulty.roles.clear();
        faulty.schemas.clear();
        faulty.limits.rows = Some(0);
        let lines = with(vec![faulty.clone(), faulty]).join("\n");
        for key in ["0.name", "0.url", "0.roles", "0.schemas", "0.limits.rows", "1.name: is used twice"] {
            assert!(lines.contains(&format!("databases.{key}")), "{key} is missing: {lines}");
        }
        assert!(!lines.contains("hunter2"));
    }

    #[test]
    fn production_refuses_the_published_keys() {
        let mut settings = ResearchQuerySettings::default();
        settings.chassis.environment = Environment::Production;
        assert_eq!(
            problems(&settings),
            [
                "sealing.keys: production needs keys of its own",
                "bus.sealing.keys: production needs keys of its own"
            ]
        );
    }

    #[test]
    fn a_database_may_have_limits_of_its_own() {
        let settings = ResearchQuerySettings::default();
        let mut slow = database("slow", "postgres://db/slow");
        slow.limits.run_seconds = Some(3_600);
        let limits = settings.limits_of(&slow);
        assert_eq!((limits.run_seconds, limits.rows), (3_600, settings.limits.rows));
    }
}
