//! Who is asking: sign-in, sessions, tokens, and the user that handlers get.

mod current_user;
mod identify;
mod password;
mod token;

pub use current_user::CurrentUser;
pub use identify::{SessionId, identify_caller, user_of};
pub use password::Passwords;
pub use token::{SecretToken, TokenHash};
