//! Typed ids: UUIDs (version 7, ordered by time) that cannot be mixed up.

use thiserror::Error;

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a valid {kind} id")]
pub struct InvalidId {
    /// Which kind of id was wanted, for example `study`.
    pub kind: &'static str,
}

macro_rules! typed_id {
    ($(#[$doc:meta] $name:ident = $kind:literal;)+) => {$(
        #[$doc]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A new id; its order follows the machine's time.
            #[expect(clippy::new_without_default, reason = "a default id would be a surprise")]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }

            /// Takes over a UUID that came from a trusted place (a column, a fixture).
            pub const fn from_uuid(uuid: uuid::Uuid) -> Self {
                Self(uuid)
            }

            /// The bare UUID.
            pub const fn as_uuid(&self) -> uuid::Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                uuid::Uuid::parse_str(text).map(Self).map_err(|_| InvalidId { kind: $kind })
            }
        }
    )+};
}

typed_id! {
    /// A person who signs in.
    UserId = "user";
    /// A research study.
    StudyId = "study";
    /// A wish of researchers to contact one patient.
    ContactRequestId = "contact request";
    /// A patient inside the consent service; means nothing elsewhere.
    PatientId = "patient";
    /// One recorded consent decision of a patient.
    ConsentModeId = "consent mode";
    /// An e-mail, from the command to its delivery.
    EmailId = "e-mail";
    /// A typeset letter.
    LetterId = "letter";
    /// A leaflet that goes into packs.
    LeafletId = "leaflet";
    /// One run of a research query.
    RunId = "run";
    /// A query that somebody keeps.
    SavedQueryId = "saved query";
    /// A query of the standard library.
    StandardQueryId = "standard query";
    /// A term that is marked in results.
    HighlightId = "highlight";
    /// A message on the bus (`ce-id`).
    EventId = "event";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text() {
        let id = StudyId::new();
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn a_wrong_id_names_its_kind() {
        let error = "42".parse::<StudyId>().unwrap_err();
        assert_eq!(error.to_string(), "not a valid study id");
    }
}
