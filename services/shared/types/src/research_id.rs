//! Research ids: keyed hashes that stand for a patient in de-identified databases.

use thiserror::Error;

/// A text that cannot be a research id.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("a research id has 1 to 128 letters, digits, hyphens or underscores")]
pub struct InvalidResearchId;

macro_rules! research_id {
    ($(#[$doc:meta])+ $name:ident) => {
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidResearchId;

            fn from_str(text: &str) -> Result<Self, InvalidResearchId> {
                let text = text.trim();
                let fits = (1..=128).contains(&text.len())
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
                if fits { Ok(Self(text.to_owned())) } else { Err(InvalidResearchId) }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidResearchId;

            fn try_from(text: String) -> Result<Self, InvalidResearchId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

research_id! {
    /// Research id: keyed hash of a patient's number in one source system.
    Rid
}
research_id! {
    /// Master research id: keyed hash of the NHS number, the same in all databases.
    Mrid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_trimmed_and_checked() {
        assert_eq!(" a1B2_c-3\n".parse::<Rid>().unwrap().as_str(), "a1B2_c-3");
        let long = "x".repeat(129);
        for text in ["", "a b", "ä", "a'b", long.as_str()] {
            assert_eq!(text.parse::<Mrid>(), Err(InvalidResearchId), "{text}");
        }
    }
}
