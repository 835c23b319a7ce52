//! Settings of the consent service. Where a hospital may choose, the stricter rule is the default.

use coffer_bus::BusSettings;
use coffer_letters::House;
use coffer_runtime::{ChassisSettings, Problems, Secret, Settings as RuntimeSettings};
use coffer_store::{DatabaseSettings, SealingSettings};
use coffer_types::EmailAddress;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::policy::{Policy, WithdrawScope};
use crate::domain::timetable::Timetable;

/// All sections.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The chassis.
    pub chassis: ChassisSettings,
    /// This service's own database.
    pub database: DatabaseSettings,
    /// The broker.
    pub bus: BusSettings,
    /// Keys of the sealed columns.
    pub sealing: SealingSettings,
    /// The database with demographics, clinicians and consent from the clinical record.
    pub clinical_source: ConnectionSettings,
    /// The database that turns research ids into NHS numbers: a connection of its own.
    pub identity_map: ConnectionSettings,
    /// The rules' numbers and addresses.
    pub process: ProcessSettings,
    /// The hospital, as it stands on letters.
    pub house: House,
}

/// A read-only connection to somebody else's database.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConnectionSettings {
    /// `postgres://...`
    pub url: Secret,
    /// Connections at once.
    pub max_connections: u32,
    /// How long one look-up may take.
    pub timeout_ms: u64,
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self { url: Secret::default(), max_connections: 4, timeout_ms: 3_000 }
    }
}

/// The numbers and addresses that the process goes by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProcessSettings {
    /// Over how many days approaches are counted against a patient's cap.
    pub cap_days: u32,
    /// How long after discharge patients may be approached; the last day is allowed.
    pub permitted_days_after_discharge: u32,
    /// Domains that clinicians' and researchers' addresses must lie in: exact, or `.suffix`. Empty: any.
    pub permitted_domains: Vec<String>,
    /// A signature of the patient alone does not suffice for a patient known to be under 16.
    pub under16_strict: bool,
    /// Which approvals a stricter consent mode withdraws.
    pub withdraw_scope: WithdrawScope,
    /// A clinician is reminded after so many days each; none: never.
    pub reminder_days: Vec<u32>,
    /// The RDBM is told of an unanswered question after so many days; 0: never.
    pub escalation_days: u32,
    /// A clinician's link ends after so many days.
    pub question_expiry_days: u32,
    /// A request is closed when the patient did not answer for so many days; 0: never.
    pub patient_answer_days: u32,
    /// What a clinician's answer earns for charity.
    pub charity_pence: u32,
    /// Where people reach the gateway: links in e-mails begin with it.
    pub public_url: String,
    /// Where notices for the manager of the research database go.
    pub rdbm_email: String,
    /// E-mails to clinicians name the patient; only where mail never leaves one secure network.
    pub identify_in_mail: bool,
    /// How many patients one submission may name.
    pub max_patients_per_submission: usize,
}

impl Default for ProcessSettings {
    fn default() -> Self {
        Self {
            cap_days: 365,
            permitted_days_after_discharge: 3 * 365,
            permitted_domains: ["nhs.example", ".nhs.example", "uni.example", ".uni.example"]
                .map(str::to_owned)
                .to_vec(),
            under16_strict: true,
            withdraw_scope: WithdrawScope::All,
            reminder_days: vec![7, 14],
            escalation_days: 21,
            question_expiry_days: 30,
            patient_answer_days: 90,
            charity_pence: 100,
            public_url: "http://127.0.0.1:8080".to_owned(),
            rdbm_email: "research.database@nhs.example".to_owned(),
            identify_in_mail: false,
            max_patients_per_submission: 500,
        }
    }
}

impl ProcessSettings {
    /// What decisions go by.
    pub fn policy(&self) -> Policy {
        Policy {
            cap_days: self.cap_days,
            permitted_days_after_discharge: self.permitted_days_after_discharge,
            permitted_domains: self.permitted_domains.clone(),
        }
    }

    /// When what nobody answered moves on.
    pub fn timetable(&self) -> Timetable {
        Timetable {
            reminder_days: self.reminder_days.clone(),
            escalation_days: self.escalation_days,
            question_expiry_days: self.question_expiry_days,
            patient_answer_days: self.patient_answer_days,
        }
    }
}

impl RuntimeSettings for Settings {
    fn chassis(&self) -> &ChassisSettings {
        &self.chassis
    }

    fn validate(&self, problems: &mut Problems) {
        problems.add_if(
            self.process.rdbm_email.parse::<EmailAddress>().is_err(),
            "process.rdbm_email",
            "is not a well-formed e-mail address",
        );
        problems.add_if(
            Url::parse(&self.process.public_url).is_err(),
            "process.public_url",
            "is not a web address",
        );
        problems.add_if(
            self.process.question_expiry_days == 0,
            "process.question_expiry_days",
            "must be at least 1: a link without an end is not permitted",
        );
        problems.add_if(
            !(1..=500).contains(&self.process.max_patients_per_submission),
            "process.max_patients_per_submission",
            "must lie between 1 and 500",
        );
        if self.chassis.environment.is_production() {
            self.validate_for_production(problems);
        }
    }
}

impl Settings {
    /// What only a demo may have.
    fn validate_for_production(&self, problems: &mut Problems) {
        problems.add_if(self.sealing.is_demo(), "sealing.keys", "production needs keys of its own");
        problems.add_if(
            !self.process.public_url.starts_with("https://"),
            "process.public_url",
            "production needs https, since links carry tokens",
        );
        problems.add_if(
            self.process.permitted_domains.is_empty(),
            "process.permitted_domains",
            "production needs at least one domain",
        );
        let addresses = std::iter::once(&self.process.rdbm_email).chain(&self.process.permitted_domains);
        problems.add_if(
            addresses.into_iter().any(|address| address.ends_with(".example")),
            "process",
            "rdbm_email or permitted_domains still hold an address of the demo (.example)",
        );
    }
}

#[cfg(test)]
mod tests {
    use coffer_runtime::Environment;

    use super::*;

    #[test]
    fn the_defaults_suit_a_demo_and_not_production() {
        let mut problems = Problems::default();
        let mut settings = Settings::default();
        settings.validate(&mut problems);
        assert!(problems.is_empty(), "{problems:?}");

        settings.chassis.environment = Environment::Production;
        settings.validate(&mut problems);
        assert_eq!(problems.lines().len(), 3, "{problems:?}");
    }
}
