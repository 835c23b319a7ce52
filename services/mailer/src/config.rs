//! Settings of the mailer.

use chrono::TimeDelta;
use coffer_bus::BusSettings;
use coffer_runtime::{ChassisSettings, Problems, Secret};
use coffer_store::{DatabaseSettings, SealingSettings};
use coffer_types::{EmailAddress, InvalidEmailAddress};
use serde::{Deserialize, Serialize};

use crate::domain::message::House;
use crate::domain::retry::RetryPolicy;
use crate::domain::safety_catch::SafetyCatch;

/// All settings of the mailer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What every service has.
    pub chassis: ChassisSettings,
    /// Our database.
    pub database: DatabaseSettings,
    /// The broker.
    pub bus: BusSettings,
    /// Keys for the sealed columns.
    pub sealing: SealingSettings,
    /// The mail server, and how we introduce ourselves.
    pub smtp: SmtpSettings,
    /// Workers, leases, retries.
    pub sending: SendingSettings,
    /// The safety catch.
    pub safety_catch: SafetyCatchSettings,
}

/// The mail server, and how we introduce ourselves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmtpSettings {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// A certificate (PEM) to trust besides those of the machine, for a hospital's own authority.
    pub root_certificate: Option<String>,
    /// Account; none: no sign-in.
    pub user: Option<String>,
    /// Password of the account.
    pub password: Secret,
    /// The address in `From`.
    pub from: String,
    /// The name beside it.
    pub from_name: String,
    /// What stands behind the `@` of a Message-ID; none: the domain of `from`.
    pub message_id_domain: Option<String>,
    /// Longest wait for the answer to a command.
    pub timeout_seconds: u64,
    /// Longest wait for the body to be taken. An e-mail without answer by then is doubtful.
    pub delivery_timeout_seconds: u64,
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsMode {
    /// Not at all: for a sink on the same machine.
    None,
    /// Upgraded by STARTTLS; a server that cannot gets no e-mail.
    Starttls,
    /// From the first byte.
    Implicit,
}

/// Workers, leases, retries.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SendingSettings {
    /// E-mails under way at one time.
    pub workers: usize,
    /// How long a worker may prepare one e-mail before another may take it over.
    pub lease_seconds: u64,
    /// How often idle workers look for due e-mails; new ones wake them at once.
    pub poll_milliseconds: u64,
    /// How often leases of vanished workers are looked for.
    pub sweep_seconds: u64,
    /// Waits after the first, second, ... failure; the last repeats.
    pub retry_delays_seconds: Vec<u32>,
    /// The same while the sender does not answer whether an e-mail may still go out.
    pub guard_delays_seconds: Vec<u32>,
    /// After this time an e-mail is given up.
    pub give_up_after_seconds: u32,
}

/// The safety catch: all e-mails go to one address.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SafetyCatchSettings {
    /// Whether it is on.
    pub on: bool,
    /// Where all e-mails go.
    pub address: Option<EmailAddress>,
    /// Domains whose people get their e-mails all the same.
    pub real_domains: Vec<String>,
}

impl Default for SmtpSettings {
    fn default() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 1025,
            tls: TlsMode::None,
            root_certificate: None,
            user: None,
            password: Secret::default(),
            from: "coffer@trust.nhs.example".to_owned(),
            from_name: "Research database".to_owned(),
            message_id_domain: None,
            timeout_seconds: 30,
            delivery_timeout_seconds: 120,
        }
    }
}

impl Default for SendingSettings {
    fn default() -> Self {
        Self {
            workers: 4,
            lease_seconds: 60,
            poll_milliseconds: 500,
            sweep_seconds: 5,
            retry_delays_seconds: vec![60, 300, 900, 3600, 14_400],
            guard_delays_seconds: vec![2, 5, 15, 60, 300],
            give_up_after_seconds: 2 * 24 * 3600,
        }
    }
}

impl SmtpSettings {
    /// The house's side of every message.
    pub fn house(&self) -> Result<House, InvalidEmailAddress> {
        let from: EmailAddress = self.from.parse()?;
        let message_id_domain = self.message_id_domain.clone().unwrap_or_else(|| from.domain().to_owned());
        Ok(House { from, from_name: self.from_name.clone(), message_id_domain })
    }

    /// Lease of a worker that hands over: longer than the wait for the server's answer, so that only a worker
    /// that vanished lets it run out.
    pub fn hand_over_lease(&self) -> TimeDelta {
        seconds(self.delivery_timeout_seconds) + TimeDelta::seconds(15)
    }
}

impl SendingSettings {
    /// When to try again.
    pub fn retry_policy(&self) -> RetryPolicy {
        let delays = |list: &[u32]| list.iter().map(|&delay| TimeDelta::seconds(delay.into())).collect();
        RetryPolicy {
            delays: delays(&self.retry_delays_seconds),
            guard_delays: delays(&self.guard_delays_seconds),
            give_up_after: TimeDelta::seconds(self.give_up_after_seconds.into()),
        }
    }

    /// Lease of a worker that prepares an e-mail.
    pub fn lease(&self) -> TimeDelta {
        seconds(self.lease_seconds)
    }
}

impl SafetyCatchSettings {
    /// The catch, if it is on.
    pub fn catch(&self) -> Option<SafetyCatch> {
        let address = self.address.clone().filter(|_| self.on)?;
        Some(SafetyCatch { address, real_domains: self.real_domains.clone() })
    }
}

impl coffer_runtime::Settings for Settings {
    fn chassis(&self) -> &ChassisSettings {
        &self.chassis
    }

    fn validate(&self, problems: &mut Problems) {
        let Self { smtp, sending, safety_catch, .. } = self;
        problems.add_if(
            safety_catch.on && safety_catch.address.is_none(),
            "safety_catch.address",
            "the safety catch is on and needs an address",
        );
        problems.add_if(sending.workers == 0, "sending.workers", "at least one worker is needed");
        for (key, delays) in [
            ("sending.retry_delays_seconds", &sending.retry_delays_seconds),
            ("sending.guard_delays_seconds", &sending.guard_delays_seconds),
        ] {
            problems.add_if(delays.is_empty(), key, "needs at least one delay");
        }
        problems.add_if(smtp.house().is_err(), "smtp.from", "is not a well-formed e-mail address");
        problems.add_if(
            smtp.user.is_some() && smtp.password.is_empty(),
            "smtp.password",
            "the account needs its password",
        );
        if self.chassis.environment.is_production() {
            problems.add_if(
                smtp.tls == TlsMode::None,
                "smtp.tls",
                "production sends by starttls or implicit TLS only",
            );
            for (key, keys) in [("sealing.keys", &self.sealing), ("bus.sealing.keys", &self.bus.sealing)] {
                problems.add_if(keys.is_demo(), key, "production needs keys of its own");
            }
        }
    }
}

fn seconds(count: u64) -> TimeDelta {
    TimeDelta::seconds(i64::try_from(count).unwrap_or(i64::from(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use coffer_runtime::{Environment, Settings as _};

    use super::*;

    fn problems(settings: &Settings) -> Vec<String> {
        let mut problems = Problems::default();
        settings.validate(&mut problems);
        problems.lines().to_vec()
    }

    #[test]
    fn the_demo_starts_without_settings() {
        assert!(problems(&Settings::default()).is_empty());
    }

    #[test]
    fn production_refuses_what_only_a_demo_may_have() {
        let mut settings = Settings::default();
        settings.chassis.environment = Environment::Production;
        insta::assert_snapshot!(problems(&settings).join("\n"));
    }

    #[test]
    fn a_safety_catch_needs_an_address_anywhere() {
        let mut settings = Settings::default();
        settings.safety_catch.on = true;
        assert_eq!(
            problems(&settings),
            ["safety_catch.address: the safety catch is on and needs an address"]
        );
        settings.safety_catch.address = Some("catch@test.example".parse().unwrap());
        assert!(problems(&settings).is_empty());
    }
}
