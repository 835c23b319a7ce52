//! Random tokens of cookies and programs; only their hash is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;
use sha2::{Digest, Sha256};

/// A secret of 256 random bits, as text. Has no `Debug`, so that it cannot be printed by accident.
pub struct SecretToken(String);

/// What is stored of a token.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

impl SecretToken {
    /// A new secret.
    pub fn generate() -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The text, for the cookie or the eyes of its owner.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What to store.
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

impl TokenHash {
    /// The hash of a token that somebody sent. The secret has 256 bits, so one plain hash is enough.
    pub fn of(token: &str) -> Self {
        Self(Sha256::digest(token).into())
    }

    /// For a column.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
