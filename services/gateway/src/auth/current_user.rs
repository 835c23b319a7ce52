//! The person (or their program) who sent a request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use coffer_proto::common::v1::Caller;
use coffer_types::{Role, UserId};

use crate::web::PageError;

/// The authenticated user: by session cookie or by bearer token.
///
/// As an extractor it sends people without a session to the sign-in page; the JSON API answers 401 instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CurrentUser {
    /// Who it is.
    pub id: UserId,
    /// What they type to sign in.
    pub username: String,
    /// Title and name.
    pub name: String,
    /// Verified address, empty if none.
    pub email: String,
    /// What they may do.
    pub roles: Vec<Role>,
}

impl CurrentUser {
    /// As the other services know them.
    pub fn caller(&self) -> Caller {
        Caller {
            user_id: self.id.to_string(),
            roles: self.roles.iter().map(Role::to_string).collect(),
            name: self.name.clone(),
            email: self.email.clone(),
        }
    }

    /// Whether they have one of these roles.
    pub fn has_any(&self, roles: &[Role]) -> bool {
        self.roles.iter().any(|role| roles.contains(role))
    }

    /// Lets people with one of these roles pass.
    pub fn require(&self, roles: &[Role]) -> Result<(), PageError> {
        if self.has_any(roles) { Ok(()) } else { Err(PageError::Forbidden) }
    }
}

impl<S: Sync> FromRequestParts<S> for CurrentUser {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, PageError> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| PageError::sign_in(parts))
    }
}
