//! Settings of the gateway.

use std::net::SocketAddr;

use coffer_bus::BusSettings;
use coffer_runtime::{ChassisSettings, Environment, Problems};
use coffer_store::{DatabaseSettings, SealingSettings};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::domain::throttle::Rule;

/// All settings; each section has its own defaults.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// What every service has.
    pub chassis: ChassisSettings,
    /// Users, sessions, audit.
    pub database: DatabaseSettings,
    /// The way to the other services.
    pub bus: BusSettings,
    /// Keys for what leaves the gateway sealed, such as the address of a patient's consent page.
    pub sealing: SealingSettings,
    /// The public port.
    pub web: WebSettings,
    /// How long a session lives.
    pub sessions: SessionSettings,
    /// Throttle of sign-ins.
    pub sign_in: SignInSettings,
}

/// The public port and what stands on every page.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebSettings {
    /// Where the pages are served.
    pub listen: SocketAddr,
    /// The address that people see; also decides whether cookies are `Secure`.
    pub public_url: PublicUrl,
    /// A proxy in front adds the client's address as the last entry of `X-Forwarded-For`.
    pub behind_proxy: bool,
    /// Seconds until a page gives up.
    pub timeout_seconds: u64,
    /// The organisation named beside the product; empty for none.
    pub organisation: String,
}

impl Default for WebSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: PublicUrl::default(),
            behind_proxy: false,
            timeout_seconds: 30,
            organisation: String::new(),
        }
    }
}

/// How long a session lives.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionSettings {
    /// Minutes without a request until it ends.
    pub idle_minutes: u32,
    /// Hours until it ends in any case.
    pub absolute_hours: u32,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { idle_minutes: 30, absolute_hours: 12 }
    }
}

/// How many wrong sign-ins are heard.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInSettings {
    /// Per account.
    pub account: Rule,
    /// Per client network.
    pub network: Rule,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            account: Rule { burst: 10, refill_seconds: 30 },
            network: Rule { burst: 60, refill_seconds: 2 },
        }
    }
}

/// An `http` or `https` address without a path, such as `https://coffer.trust.example`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicUrl(String);

impl PublicUrl {
    /// The address, without a slash at its end; also the origin that browsers send.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether people reach the pages through TLS.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl Default for PublicUrl {
    fn default() -> Self {
        Self("http://127.0.0.1:8080".to_owned())
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let url = Url::parse(&text).map_err(|_| "not a URL")?;
        let plain = matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none();
        if plain {
            Ok(Self(url.origin().ascii_serialization()))
        } else {
            Err("must be http(s)://host[:port]")
        }
    }
}

impl From<PublicUrl> for String {
    fn from(url: PublicUrl) -> Self {
        url.0
    }
}

impl coffer_runtime::Settings for Settings {
    fn chassis(&self) -> &ChassisSettings {
        &self.chassis
    }

    fn validate(&self, problems: &mut Problems) {
        if self.chassis.environment != Environment::Production {
            return;
        }
        if !self.web.public_url.is_https() {
            problems.add("web.public_url", "production needs https");
        }
        if self.sealing.is_demo() {
            problems.add("sealing", "production needs keys of its own");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_url_is_an_origin() {
        let url = PublicUrl::try_from("https://Coffer.Example:443/".to_owned()).unwrap();
        assert_eq!(url.as_str(), "https://coffer.example");
        assert!(url.is_https());
        for text in ["coffer.example", "ftp://coffer.example", "https://coffer.example/path"] {
            assert!(PublicUrl::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
