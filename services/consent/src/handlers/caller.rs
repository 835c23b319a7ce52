//! The person on whose behalf the gateway asks, and what their roles allow.

use coffer_proto::common::v1::{Caller, Page, Refusal};
use coffer_types::{EmailAddress, Role, UserId};

use crate::store::transitions::Actor;

/// A caller with parsed roles.
#[derive(Debug, Clone)]
pub struct Person {
    /// The account.
    pub id: UserId,
    /// Title and name.
    pub name: String,
    /// Verified address, if the account has one.
    pub email: Option<EmailAddress>,
    roles: Vec<Role>,
}

impl Person {
    /// Reads the caller of a question; the gateway always names one.
    pub fn read(caller: Option<Caller>) -> Result<Self, Refusal> {
        let caller = caller.ok_or_else(|| Refusal::invalid("caller", "No caller was named."))?;
        let id = caller
            .user_id
            .parse()
            .map_err(|_| Refusal::invalid("caller.user_id", "The caller's id is not valid."))?;
        let roles = caller
            .roles
            .iter()
            .map(|role| role.parse())
            .collect::<Result<_, _>>()
            .map_err(|_| Refusal::invalid("caller.roles", "A role of the caller is not known."))?;
        Ok(Self { id, name: caller.name, email: caller.email.parse().ok(), roles })
    }

    /// Whether the person has the role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// RDBM and admin see every study and every state of requests.
    pub fn sees_all(&self) -> bool {
        self.is(Role::Rdbm) || self.is(Role::Admin)
    }

    /// Refuses everybody without the role.
    pub fn must_be(&self, role: Role) -> Result<(), Refusal> {
        if self.is(role) {
            Ok(())
        } else {
            Err(Refusal::forbidden(format!("Only the role {role} may do this.")))
        }
    }

    /// The person as an actor in timelines and audits.
    pub fn actor(&self) -> Actor {
        Actor::User(self.id, self.name.clone())
    }
}

/// Offset and limit of a slice: 50 rows unless told, 500 at most.
pub fn slice(page: Option<Page>) -> (i64, i64) {
    let page = page.unwrap_or_default();
    let limit = if page.limit == 0 { 50 } else { page.limit.min(500) };
    (page.offset.into(), limit.into())
}

/// Parses an id of the question, naming the field.
pub fn id<T: std::str::FromStr>(text: &str, field: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::invalid(field, "This is not a valid id."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(role: &str) -> Result<Person, Refusal> {
        Person::read(Some(Caller {
            user_id: UserId::new().to_string(),
            roles: vec![role.to_owned()],
            name: "Dr Jo Doe".to_owned(),
            email: "jo@uni.example".to_owned(),
        }))
    }

    #[test]
    fn roles_decide_who_sees_all() {
        assert!(read("rdbm").unwrap().sees_all());
        assert!(!read("researcher").unwrap().sees_all());
        assert!(read("clinician").unwrap().must_be(Role::Rdbm).is_err());
    }

    #[test]
    fn a_broken_caller_is_refused_by_field() {
        assert_eq!(Person::read(None).unwrap_err().field, "caller");
        assert_eq!(read("king").unwrap_err().field, "caller.roles");
    }

    #[test]
    fn a_slice_has_bounds() {
        assert_eq!(slice(None), (0, 50));
        assert_eq!(slice(Some(Page { offset: 7, limit: 10_000 })), (7, 500));
    }
}
