//! Passwords: argon2id, away from the async threads, a few at a time.

use std::sync::Arc;

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

/// Each check takes 19 MiB; a flood of sign-ins waits instead of taking all memory.
const AT_ONCE: usize = 4;

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    /// Checked where there is no such user, so that the answer takes as long.
    decoy: Arc<str>,
}

impl Passwords {
    /// Ready to check; computes the decoy's hash once.
    pub fn new() -> Result<Self, argon2::password_hash::Error> {
        Ok(Self { permits: Arc::new(Semaphore::new(AT_ONCE)), decoy: hash("decoy")?.into() })
    }

    /// The hash to store of a password.
    pub fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
        hash(password)
    }

    /// Whether `password` is the one behind `stored`; takes the same time where nothing is stored.
    pub async fn verify(&self, password: String, stored: Option<&str>) -> bool {
        let exists = stored.is_some();
        let stored: Arc<str> = stored.map_or_else(|| self.decoy.clone(), Arc::from);
        let Ok(_permit) = self.permits.acquire().await else { return false };
        let right = tokio::task::spawn_blocking(move || is_right(&password, &stored)).await;
        exists && right.unwrap_or(false)
    }
}

fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt = SaltString::generate(&mut OsRng);
    Ok(argon2id().hash_password(password.as_bytes(), &salt)?.to_string())
}

fn is_right(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|hash| argon2id().verify_password(password.as_bytes(), &hash).is_ok())
}

fn argon2id() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_passes() {
        let passwords = Passwords::new().unwrap();
        let stored = Passwords::hash("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("correct horse".to_owned(), Some(&stored)).await);
        assert!(!passwords.verify("wrong".to_owned(), Some(&stored)).await);
        // Not even the decoy's own password.
        assert!(!passwords.verify("decoy".to_owned(), None).await);
    }
}
