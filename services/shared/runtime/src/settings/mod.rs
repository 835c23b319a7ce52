//! Settings: defaults in code, then a TOML file, then the environment, each value with its source.

mod chassis;
mod layers;
mod secret;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use chassis::{ChassisSettings, Environment};
pub use layers::{SettingsError, load, load_from};
pub use secret::Secret;

/// The settings of a service: a struct of sections with `#[serde(default, deny_unknown_fields)]`.
pub trait Settings: Serialize + DeserializeOwned + Default + Clone + Send + Sync + 'static {
    /// The section that every service has.
    fn chassis(&self) -> &ChassisSettings;

    /// Checks that look at several settings at once; production refuses what only a demo may have.
    fn validate(&self, problems: &mut Problems);
}

/// What is wrong with settings, collected so that an operator sees all of it at once.
#[derive(Debug, Default)]
pub struct Problems(Vec<String>);

impl Problems {
    /// Adds a problem of the setting `key` (such as `mail.safety_catch`). The sentence shows no secret.
    pub fn add(&mut self, key: &str, sentence: impl AsRef<str>) {
        self.0.push(format!("{key}: {}", sentence.as_ref()));
    }

    /// Adds the problem if `wrong` holds.
    pub fn add_if(&mut self, wrong: bool, key: &str, sentence: impl AsRef<str>) {
        if wrong {
            self.add(key, sentence);
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One line for each problem.
    pub fn lines(&self) -> &[String] {
        &self.0
    }
}
