//! How a caller names a patient: by a research id, or (RDBM and clinicians alone) by the NHS number.

use coffer_types::{Mrid, NhsNumber, Rid};

/// One patient, as named by a caller.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PatientKey {
    /// Research id of one database.
    Rid(Rid),
    /// Master research id, the same in all databases.
    Mrid(Mrid),
    /// The NHS number itself.
    NhsNumber(NhsNumber),
}

impl PatientKey {
    /// `rid`, `mrid` or `nhs_number`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Rid(_) => "rid",
            Self::Mrid(_) => "mrid",
            Self::NhsNumber(_) => "nhs_number",
        }
    }

    /// The research id; none for an NHS number.
    pub fn research_id(&self) -> Option<&str> {
        match self {
            Self::Rid(rid) => Some(rid.as_str()),
            Self::Mrid(mrid) => Some(mrid.as_str()),
            Self::NhsNumber(_) => None,
        }
    }

    /// The NHS number, where the caller gave one.
    pub const fn nhs_number(&self) -> Option<NhsNumber> {
        match self {
            Self::NhsNumber(number) => Some(*number),
            Self::Rid(_) | Self::Mrid(_) => None,
        }
    }

    /// A research id of the kind that `kind()` told.
    pub fn from_research_id(kind: &str, text: &str) -> Option<Self> {
        match kind {
            "rid" => text.parse().ok().map(Self::Rid),
            "mrid" => text.parse().ok().map(Self::Mrid),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_research_id_survives_its_columns() {
        let key = PatientKey::Rid("abc123".parse().unwrap());
        assert_eq!(PatientKey::from_research_id(key.kind(), key.research_id().unwrap()), Some(key));
    }
}
