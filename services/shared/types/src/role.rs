//! What a person may do, in four roles.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A role; one person may have several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works on studies; sees de-identified data, and the people whom consent lets through.
    Researcher,
    /// Treats patients.
    Clinician,
    /// Research database manager: runs consent to contact.
    Rdbm,
    /// Runs the system: users, operations, audit.
    Admin,
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("unknown role")]
pub struct UnknownRole;

impl Role {
    /// All roles, in the order of their pages.
    pub const ALL: [Self; 4] = [Self::Researcher, Self::Clinician, Self::Rdbm, Self::Admin];

    /// The name in settings, columns and contracts.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Researcher => "researcher",
            Self::Clinician => "clinician",
            Self::Rdbm => "rdbm",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(UnknownRole)
    }
}
