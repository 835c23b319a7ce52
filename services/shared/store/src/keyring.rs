//! Sealed columns and blind indexes.
//!
//! AES-256-GCM-SIV (RFC 8452) with the place of the value as associated data, so that a sealed value cannot be moved to
//! another row. Layout: version (1), length of the key id (1), key id, nonce (12), ciphertext with tag.

use std::sync::Arc;

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use rand::RngCore;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::Sha256;
use thiserror::Error;
use uuid::Uuid;

use crate::SealingSettings;

const VERSION: u8 = 1;
const NONCE_LENGTH: usize = 12;
const KEY_LENGTH: usize = 32;

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Table, or for messages the stream.
    pub table: &'a str,
    /// Column, or for messages the type.
    pub column: &'a str,
    /// Id of the row or message.
    pub row: Uuid,
}

/// Why a value could not be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealError {
    /// A key is not base64 of 32 bytes, an id is too long, or there is no key.
    #[error("a sealing key is malformed or missing")]
    Key,
    /// The value was sealed with a key that is not in the settings.
    #[error("the value was sealed with an unknown key")]
    UnknownKey,
    /// The value was changed, or moved to another place.
    #[error("the sealed value does not belong here")]
    Broken,
    /// The content has not the expected form.
    #[error("the sealed value has an unexpected form")]
    Form,
}

/// The keys of a service; clones share them.
#[derive(Clone)]
pub struct Keyring(Arc<Keys>);

struct Keys {
    seals: (String, Aes256GcmSiv),
    older: Vec<(String, Aes256GcmSiv)>,
    index: [u8; KEY_LENGTH],
}

impl Keyring {
    /// Reads the keys from the settings.
    ///
    /// # Errors
    /// A key is malformed, or there is none.
    pub fn new(settings: &SealingSettings) -> Result<Self, SealError> {
        let mut keys = settings.keys.iter().map(|key| {
            let fits = (1..=32).contains(&key.id.len());
            let cipher = Aes256GcmSiv::new(&decode(key.key.expose())?.into());
            if fits { Ok((key.id.clone(), cipher)) } else { Err(SealError::Key) }
        });
        let seals = keys.next().ok_or(SealError::Key)??;
        let older = keys.collect::<Result<_, _>>()?;
        Ok(Self(Arc::new(Keys { seals, older, index: decode(settings.index_key.expose())? })))
    }

    /// The id of the key that seals now.
    pub fn key_id(&self) -> &str {
        &self.0.seals.0
    }

    /// Seals `plain` for its place.
    pub fn seal(&self, place: Place<'_>, plain: &[u8]) -> Vec<u8> {
        let (id, cipher) = &self.0.seals;
        let mut nonce = [0; NONCE_LENGTH];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload { msg: plain, aad: &associated(place) };
        // Sealing fails only beyond 64 GiB; an empty text would not open again, so nothing leaks.
        let text = cipher.encrypt(&Nonce::from(nonce), payload).unwrap_or_default();
        let id_length = u8::try_from(id.len()).unwrap_or_default();
        [&[VERSION, id_length][..], id.as_bytes(), &nonce, &text].concat()
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// The key is unknown, or the value was changed or moved.
    pub fn open(&self, place: Place<'_>, sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        let (id, nonce, text) = parts(sealed).ok_or(SealError::Broken)?;
        let cipher = self.cipher(id).ok_or(SealError::UnknownKey)?;
        let payload = Payload { msg: text, aad: &associated(place) };
        cipher.decrypt(&Nonce::from(nonce), payload).map_err(|_| SealError::Broken)
    }

    /// Seals a structure as JSON.
    ///
    /// # Errors
    /// The structure has no JSON form.
    pub fn seal_json<T: Serialize>(&self, place: Place<'_>, value: &T) -> Result<Vec<u8>, SealError> {
        let plain = serde_json::to_vec(value).map_err(|_| SealError::Form)?;
        Ok(self.seal(place, &plain))
    }

    /// Opens a structure that was sealed as JSON.
    ///
    /// # Errors
    /// As [`Self::open`], or the content has another form.
    pub fn open_json<T: DeserializeOwned>(&self, place: Place<'_>, sealed: &[u8]) -> Result<T, SealError> {
        serde_json::from_slice(&self.open(place, sealed)?).map_err(|_| SealError::Form)
    }

    /// A keyed hash (HMAC-SHA-256, 32 bytes) that finds equal values without showing them.
    /// `purpose` separates indexes: the same value gives unlike hashes in two of them.
    pub fn blind_index(&self, purpose: &str, value: &str) -> Vec<u8> {
        let Ok(mut mac) = <Hmac<Sha256> as Mac>::new_from_slice(&self.0.index) else {
            return Vec::new(); // HMAC takes keys of any length
        };
        mac.update(&with_length(purpose));
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    fn cipher(&self, id: &[u8]) -> Option<&Aes256GcmSiv> {
        std::iter::once(&self.0.seals)
            .chain(&self.0.older)
            .find(|(known, _)| known.as_bytes() == id)
            .map(|(_, cipher)| cipher)
    }
}

fn decode(text: &str) -> Result<[u8; KEY_LENGTH], SealError> {
    let bytes = STANDARD.decode(text).map_err(|_| SealError::Key)?;
    bytes.try_into().map_err(|_| SealError::Key)
}

fn parts(sealed: &[u8]) -> Option<(&[u8], [u8; NONCE_LENGTH], &[u8])> {
    let (&[version, id_length], rest) = sealed.split_first_chunk::<2>()?;
    let (id, rest) = rest.split_at_checked(usize::from(id_length))?;
    let (nonce, text) = rest.split_first_chunk::<NONCE_LENGTH>()?;
    (version == VERSION).then_some((id, *nonce, text))
}

/// Each part with its length in front, so that no two places give the same bytes.
fn associated(place: Place<'_>) -> Vec<u8> {
    [with_length(place.table), with_length(place.column), place.row.as_bytes().to_vec()].concat()
}

fn with_length(part: &str) -> Vec<u8> {
    [&(part.len() as u64).to_be_bytes()[..], part.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use coffer_runtime::Secret;
    use proptest::prelude::*;

    use super::*;
    use crate::SealingKey;

    fn keyring(ids: &[(&str, u8)]) -> Keyring {
        let key = |byte: u8| Secret::from(STANDARD.encode([byte; KEY_LENGTH]));
        let keys =
            ids.iter().map(|(id, byte)| SealingKey { id: (*id).to_owned(), key: key(*byte) }).collect();
        Keyring::new(&SealingSettings { keys, index_key: key(9) }).unwrap()
    }

    fn place(row: u128) -> Place<'static> {
        Place { table: "patients", column: "nhs_number", row: Uuid::from_u128(row) }
    }

    #[test]
    fn demo_keys_work_and_are_known_as_such() {
        assert!(SealingSettings::default().is_demo());
        let demo = Keyring::new(&SealingSettings::default()).unwrap();
        assert_eq!(demo.open(place(1), &demo.seal(place(1), b"x")), Ok(b"x".to_vec()));
    }

    #[test]
    fn a_new_key_seals_and_the_old_one_still_opens() {
        let before = keyring(&[("a", 1)]);
        let after = keyring(&[("b", 2), ("a", 1)]);
        assert_eq!(after.open(place(1), &before.seal(place(1), b"old")), Ok(b"old".to_vec()));
        assert_eq!(before.open(place(1), &after.seal(place(1), b"new")), Err(SealError::UnknownKey));
    }

    #[test]
    fn malformed_keys_are_refused() {
        for text in ["", "c2hvcnQ=", "not base64"] {
            let keys = vec![SealingKey { id: "a".to_owned(), key: text.into() }];
            let settings = SealingSettings { keys, ..SealingSettings::default() };
            assert_eq!(Keyring::new(&settings).err(), Some(SealError::Key), "{text}");
        }
    }

    #[test]
    fn indexes_differ_by_purpose() {
        let keys = keyring(&[("a", 1)]);
        assert_eq!(keys.blind_index("patient", "x"), keys.blind_index("patient", "x"));
        assert_ne!(keys.blind_index("patient", "x"), keys.blind_index("other", "x"));
        assert_ne!(keys.blind_index("ab", "c"), keys.blind_index("a", "bc"));
    }

    proptest! {
        #[test]
        fn a_value_opens_in_its_place_only(plain: Vec<u8>, row: u128, other: u128, at: prop::sample::Index, flip in 1_u8..) {
            prop_assume!(row != other);
            let keys = keyring(&[("a", 1)]);
            let sealed = keys.seal(place(row), &plain);
            prop_assert_eq!(keys.open(place(row), &sealed), Ok(plain));
            prop_assert!(keys.open(place(other), &sealed).is_err());

            let mut tampered = sealed;
            let index = at.index(tampered.len());
            tampered[index] ^= flip;
            prop_assert!(keys.open(place(row), &tampered).is_err());
        }

        #[test]
        fn rubbish_never_opens(bytes: Vec<u8>) {
            prop_assert!(keyring(&[("a", 1)]).open(place(1), &bytes).is_err());
        }
    }
}
