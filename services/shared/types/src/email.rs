//! E-mail addresses: well-formed by a strict subset of RFC 5321, safe in a header.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A well-formed address with a lower-case domain.
///
/// Quoted local parts, comments and address literals are refused: no hospital uses them, and each has
/// served to get past a domain check. `Debug` hides the local part.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress {
    address: String,
    at: usize,
}

/// A text that is not an address that we would send to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("not a well-formed e-mail address")]
pub struct InvalidEmailAddress;

impl EmailAddress {
    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.address
    }

    /// The part behind the `@`, in lower case.
    pub fn domain(&self) -> &str {
        self.address.get(self.at + 1..).unwrap_or_default()
    }

    /// Whether the domain is one of `permitted`, or below one (`.nhs.uk` fits `x@trust.nhs.uk`, `nhs.uk`
    /// fits the exact domain only). An empty list permits all (rule R13).
    pub fn is_in_permitted_domain(&self, permitted: &[String]) -> bool {
        permitted.is_empty()
            || permitted.iter().any(|domain| {
                let domain = domain.to_ascii_lowercase();
                if domain.starts_with('.') {
                    self.domain().ends_with(&domain)
                } else {
                    self.domain() == domain
                }
            })
    }
}

impl FromStr for EmailAddress {
    type Err = InvalidEmailAddress;

    fn from_str(text: &str) -> Result<Self, InvalidEmailAddress> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(InvalidEmailAddress)?;
        if text.len() <= 254 && is_local_part(local) && is_domain(domain) {
            let address = format!("{local}@{}", domain.to_ascii_lowercase());
            Ok(Self { address, at: local.len() })
        } else {
            Err(InvalidEmailAddress)
        }
    }
}

fn is_local_part(local: &str) -> bool {
    let atom = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    local.len() <= 64 && local.split('.').all(atom)
}

fn is_domain(domain: &str) -> bool {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    domain.contains('.') && domain.split('.').all(label)
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress(hidden@{})", self.domain())
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidEmailAddress;

    fn try_from(text: String) -> Result<Self, InvalidEmailAddress> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.address
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(text: &str) -> EmailAddress {
        text.parse().unwrap()
    }

    #[test]
    fn domains_are_exact_or_suffixes_behind_a_dot() {
        let permitted = ["nhs.uk".to_owned(), ".nhs.uk".to_owned(), "cam.ac.uk".to_owned()];
        for good in ["a@nhs.uk", "a@trust.NHS.uk", "a@cam.ac.uk"] {
            assert!(address(good).is_in_permitted_domain(&permitted), "{good}");
        }
        for bad in ["a@evilnhs.uk", "a@nhs.uk.evil.com", "a@psychol.cam.ac.uk", "a@evil.com"] {
            assert!(!address(bad).is_in_permitted_domain(&permitted), "{bad}");
        }
        assert!(address("a@evil.com").is_in_permitted_domain(&[]));
    }

    #[test]
    fn tricks_are_refused() {
        for text in [
            "",
            "a",
            "@nhs.uk",
            "a@",
            "a@nhs",
            "a@b@nhs.uk",
            "\"a@evil.com\"@nhs.uk",
            "a b@nhs.uk",
            "a@nhs.uk\r\nBcc: b@evil.com",
            "a@[127.0.0.1]",
            "a..b@nhs.uk",
            ".a@nhs.uk",
            "a@-nhs.uk",
            "a@nhs..uk",
            "ä@nhs.uk",
            "a@nhs.uk (comment)",
            "a@nhѕ.uk",
        ] {
            assert_eq!(text.parse::<EmailAddress>(), Err(InvalidEmailAddress), "{text}");
        }
    }

    #[test]
    fn debug_hides_the_person() {
        assert_eq!(format!("{:?}", address("jo.doe@nhs.uk")), "EmailAddress(hidden@nhs.uk)");
    }

    proptest! {
        #[test]
        fn no_text_makes_a_header_line(text in "\\PC*|[ -~\\r\\n]*") {
            if let Ok(address) = text.parse::<EmailAddress>() {
                prop_assert!(!address.as_str().contains(['\r', '\n', ' ', ',', ';', '<', '>']));
            }
        }
    }
}
