//! Secrets of a clinician's link: the token that opens it, and the nonce that proves its page was shown.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// How long a shown page may be answered.
const WINDOW: TimeDelta = TimeDelta::hours(12);

/// 256 random bits in a link. Only its hash is stored; `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

/// SHA-256 of a token: finds the question without being able to open it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHash([u8; 32]);

impl Token {
    /// A token of bytes from a cryptographic source.
    pub const fn from_random(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads a token as it stands in a link; none when it cannot be one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// As it stands in a link: 43 letters of base64url.
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is stored of it.
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

impl TokenHash {
    /// For a column.
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The nonce of a page shown at `shown_at`: the moment, and a keyed hash over it and the token's hash.
    pub fn nonce(&self, key: &[u8], shown_at: DateTime<Utc>) -> String {
        let seconds = shown_at.timestamp();
        let tag = self.mac(key, seconds).map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()));
        format!("{seconds}.{}", tag.unwrap_or_default())
    }

    /// Whether `nonce` came from a page of this question that was shown a short while ago.
    pub fn accepts(&self, nonce: &str, key: &[u8], now: DateTime<Utc>) -> bool {
        let Some((seconds, tag)) = nonce.split_once('.') else { return false };
        let Some(shown_at) = seconds.parse().ok().and_then(|at| DateTime::from_timestamp(at, 0)) else {
            return false;
        };
        let age = now - shown_at;
        let in_time = age >= -TimeDelta::minutes(1) && age <= WINDOW;
        let mac = self.mac(key, shown_at.timestamp());
        let tag = URL_SAFE_NO_PAD.decode(tag);
        in_time && mac.zip(tag.ok()).is_some_and(|(mac, tag)| mac.verify_slice(&tag).is_ok())
    }

    /// None never happens: HMAC takes keys of any length.
    fn mac(&self, key: &[u8], seconds: i64) -> Option<Hmac<Sha256>> {
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key).ok()?;
        mac.update(&self.0);
        mac.update(&seconds.to_be_bytes());
        Some(mac)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &[u8] = b"a key of the tests";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_nonce_is_for_one_question_one_key_and_half_a_day() {
        let (one, other) = (Token::from_random([1; 32]).hash(), Token::from_random([2; 32]).hash());
        let nonce = one.nonce(KEY, at(0));
        assert!(one.accepts(&nonce, KEY, at(0)));
        assert!(one.accepts(&nonce, KEY, at(12 * 3600)));
        assert!(!one.accepts(&nonce, KEY, at(12 * 3600 + 1)));
        assert!(!one.accepts(&nonce, KEY, at(-3600)), "not from the future");
        assert!(!one.accepts(&nonce, b"another key", at(0)));
        assert!(!other.accepts(&nonce, KEY, at(0)));
    }

    #[test]
    fn a_moment_cannot_be_rewritten() {
        let hash = Token::from_random([1; 32]).hash();
        let nonce = hash.nonce(KEY, at(0));
        let later = nonce.replace(&at(0).timestamp().to_string(), &at(99_999).timestamp().to_string());
        assert!(!hash.accepts(&later, KEY, at(99_999)));
    }

    #[test]
    fn debug_hides_the_token() {
        assert_eq!(format!("{:?}", Token::from_random([7; 32])), "Token(hidden)");
    }

    proptest! {
        #[test]
        fn a_token_survives_its_link(bytes: [u8; 32]) {
            let token = Token::from_random(bytes);
            prop_assert_eq!(token.to_text().len(), 43);
            prop_assert_eq!(Token::parse(&token.to_text()), Some(token));
        }

        #[test]
        fn no_text_breaks_the_parsers(text in "\\PC{0,80}") {
            let hash = Token::from_random([1; 32]).hash();
            prop_assert!(!hash.accepts(&text, KEY, at(0)));
            if let Some(token) = Token::parse(&text) {
                prop_assert_eq!(token.to_text(), text);
            }
        }
    }
}
