//! The person on whose behalf the gateway asks, and slices of lists.

use coffer_proto::common::v1::{Caller, Page, Refusal};

use crate::domain::access::Person;

/// Page size when the caller names none, and the largest.
const DEFAULT_LIMIT: u32 = 50;
const LARGEST_LIMIT: u32 = 500;

/// Reads the caller of a question. Who has no role that this service knows is nobody here.
pub(crate) fn person(caller: Option<&Caller>) -> Result<Person, Refusal> {
    let nobody = || Refusal::forbidden("Your role may not see research databases.");
    let caller = caller.ok_or_else(nobody)?;
    let id = caller
        .user_id
        .parse()
        .map_err(|_| Refusal::invalid("caller.user_id", "The caller's id is not valid."))?;
    let roles: Vec<_> = caller.roles.iter().filter_map(|role| role.parse().ok()).collect();
    if roles.is_empty() {
        return Err(nobody());
    }
    Ok(Person { id, name: caller.name.clone(), roles })
}

/// Offset and limit of a slice: 50 rows unless told, 500 at most.
pub(crate) fn slice(page: Option<Page>) -> (i64, i64) {
    let Page { offset, limit } = page.unwrap_or_default();
    let limit = if limit == 0 { DEFAULT_LIMIT } else { limit.min(LARGEST_LIMIT) };
    (offset.into(), limit.into())
}

#[cfg(test)]
mod tests {
    use coffer_proto::common::v1::refusal::Code;
    use coffer_types::{Role, UserId};

    use super::*;

    fn caller(roles: &[&str]) -> Caller {
        Caller {
            user_id: UserId::new().to_string(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            ..Caller::default()
        }
    }

    #[test]
    fn roles_that_are_not_known_do_not_count() {
        assert_eq!(person(Some(&caller(&["patient", "clinician"]))).unwrap().roles, [Role::Clinician]);
        for nobody in [None, Some(&caller(&[])), Some(&caller(&["patient"]))] {
            assert_eq!(person(nobody).unwrap_err().code(), Code::Forbidden);
        }
    }

    #[test]
    fn a_caller_without_a_valid_id_is_refused_by_field() {
        let broken = Caller { user_id: "42".to_owned(), ..caller(&["admin"]) };
        assert_eq!(person(Some(&broken)).unwrap_err().field, "caller.user_id");
    }

    #[test]
    fn a_slice_has_bounds() {
        assert_eq!(slice(None), (0, 50));
        assert_eq!(slice(Some(Page { offset: 7, limit: 10_000 })), (7, 500));
    }
}
