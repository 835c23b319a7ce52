//! Secrets that cannot be printed by accident.

use std::cell::Cell;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What stands where the secret would be.
const HIDDEN: &str = "(hidden)";

thread_local! {
    static REVEALED: Cell<bool> = const { Cell::new(false) };
}

/// A password, key or URL with a password. Shows as `(hidden)` everywhere; wiped from memory when dropped.
#[derive(Clone, Default)]
pub struct Secret(SecretString);

impl Secret {
    /// The secret itself, for the call that needs it.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether no secret was given.
    pub fn is_empty(&self) -> bool {
        self.expose().is_empty()
    }
}

/// Runs `work` with secrets serialised as they are: for the layer of defaults alone.
pub(super) fn revealed<T>(work: impl FnOnce() -> T) -> T {
    REVEALED.set(true);
    let done = work();
    REVEALED.set(false);
    done
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(SecretString::from(text))
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(SecretString::from(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let shown = if self.is_empty() || REVEALED.get() { self.expose() } else { HIDDEN };
        serializer.serialize_str(shown)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

/// Refuses what is not text without repeating it, as serde's own message would.
struct SecretVisitor;

impl Visitor<'_> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a secret as text")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret::from(text))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Secret, E> {
        Err(E::custom("a secret must be text: put it in quotes"))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
        Err(E::custom("a secret must be text: put it in quotes"))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::custom("a secret must be text: put it in quotes"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_in_no_text() {
        let secret = Secret::from("hunter2");
        assert_eq!(format!("{secret:?}"), "(hidden)");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"(hidden)\"");
        assert_eq!(serde_json::to_string(&Secret::default()).unwrap(), "\"\"");
        assert_eq!(revealed(|| serde_json::to_string(&secret).unwrap()), "\"hunter2\"");
    }

    #[test]
    fn a_number_is_refused_without_repeating_it() {
        let error = serde_json::from_str::<Secret>("123456").unwrap_err().to_string();
        assert!(error.contains("must be text") && !error.contains("123456"), "{error}");
    }
}
