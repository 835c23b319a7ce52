//! The safety catch: on a system with real-looking data but no real purpose, no e-mail may reach a person.
//! It acts at the moment of sending; the record keeps the intended recipient.

use coffer_types::EmailAddress;

/// Where e-mails go instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyCatch {
    /// The one address that receives all.
    pub address: EmailAddress,
    /// Domains whose people may get their e-mails all the same, such as the testers'.
    pub real_domains: Vec<String>,
}

/// Where an e-mail really goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The address that the server is given.
    pub address: EmailAddress,
    /// Whether this is not the intended recipient.
    pub diverted: bool,
}

/// Where an e-mail goes, given the safety catch if it is on.
pub fn destination(catch: Option<&SafetyCatch>, intended: &EmailAddress) -> Destination {
    match catch {
        Some(catch) if !catch.lets_through(intended) => {
            Destination { address: catch.address.clone(), diverted: true }
        }
        _ => Destination { address: intended.clone(), diverted: false },
    }
}

impl SafetyCatch {
    fn lets_through(&self, intended: &EmailAddress) -> bool {
        // An empty list of permitted domains means "all" there, and "none" here.
        !self.real_domains.is_empty() && intended.is_in_permitted_domain(&self.real_domains)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn address(text: &str) -> EmailAddress {
        text.parse().unwrap()
    }

    fn catch(real_domains: &[&str]) -> SafetyCatch {
        SafetyCatch {
            address: address("catch@test.example"),
            real_domains: real_domains.iter().map(|&domain| domain.to_owned()).collect(),
        }
    }

    #[test]
    fn without_it_the_intended_recipient_gets_the_mail() {
        let intended = address("jo@nhs.example");
        assert_eq!(destination(None, &intended), Destination { address: intended, diverted: false });
    }

    #[test]
    fn named_domains_are_let_through_exactly() {
        let catch = catch(&["testers.example"]);
        assert!(!destination(Some(&catch), &address("a@testers.example")).diverted);
        assert!(destination(Some(&catch), &address("a@testers.example.evil.example")).diverted);
    }

    proptest! {
        #[test]
        fn nothing_leaves_a_closed_catch(local in "[a-z]{1,10}", domain in "[a-z]{1,10}\\.(uk|com|example)") {
            let to = destination(Some(&catch(&[])), &address(&format!("{local}@{domain}")));
            prop_assert_eq!(to.address.as_str(), "catch@test.example");
            prop_assert!(to.diverted);
        }
    }
}
