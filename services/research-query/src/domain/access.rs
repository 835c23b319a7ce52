//! Who asks, and which databases they may use.

use coffer_types::{Role, UserId};

/// A person whom the gateway has authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    /// Title and name.
    pub(crate) name: String,
    pub(crate) roles: Vec<Role>,
}

impl Person {
    /// Whether the person has the role.
    pub(crate) fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Whether one of the person's roles is among those that may use a database.
    pub(crate) fn may_use(&self, permitted: &[Role]) -> bool {
        permitted.iter().any(|role| self.is(*role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fitting_role_is_enough_and_none_is_not() {
        let person = |roles: &[Role]| Person {
            id: UserId::new(),
            name: "Dr Jo Doe".to_owned(),
            roles: roles.to_vec(),
        };
        let permitted = [Role::Researcher, Role::Admin];
        assert!(person(&[Role::Clinician, Role::Admin]).may_use(&permitted));
        assert!(!person(&[Role::Clinician]).may_use(&permitted));
        assert!(!person(&[]).may_use(&permitted));
        assert!(!person(&[Role::Admin]).may_use(&[]));
    }
}
