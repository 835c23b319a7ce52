//! Who may look at research databases.

use coffer_types::Role;

/// Whether one of the roles (as a contract names them) may see what the databases contain.
pub(crate) fn may_see_schema<'a>(roles: impl IntoIterator<Item = &'a str>) -> bool {
    roles
        .into_iter()
        .any(|role| matches!(role.parse(), Ok(Role::Researcher | Role::Clinician | Role::Rdbm | Role::Admin)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_role_may_look_and_nobody_else() {
        for role in Role::ALL {
            assert!(may_see_schema([role.as_str()]), "{role}");
        }
        assert!(!may_see_schema([]));
        assert!(!may_see_schema(["patient", ""]));
        assert!(may_see_schema(["patient", "clinician"]));
    }
}
