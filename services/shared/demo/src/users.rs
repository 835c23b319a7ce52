//! Who may sign in to the demo.

use coffer_types::{Role, UserId};
use uuid::Uuid;

/// A demo account. Password and token are published, so production refuses these accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoUser {
    /// Always the same, since studies refer to it.
    pub id: UserId,
    /// What the person signs in with.
    pub username: &'static str,
    /// `Dr`
    pub title: &'static str,
    /// Given name.
    pub first_name: &'static str,
    /// Family name.
    pub last_name: &'static str,
    /// All of it, for pages.
    pub name: String,
    /// Where e-mails to this person go.
    pub email: &'static str,
    /// What the person may do.
    pub roles: Vec<Role>,
    /// The password.
    pub password: &'static str,
    /// A bearer token of the JSON API.
    pub api_token: String,
}

/// All demo accounts.
pub fn users() -> Vec<DemoUser> {
    vec![
        account(1, "researcher", ["Dr", "Amina", "Okafor"], "amina.okafor@uni.example", Role::Researcher),
        account(
            2,
            "researcher2",
            ["Professor", "Rhys", "Llewellyn"],
            "r.llewellyn@uni.example",
            Role::Researcher,
        ),
        account(
            3,
            "clinician",
            ["Dr", "Helen", "Marchbanks"],
            "helen.marchbanks@nhs.example",
            Role::Clinician,
        ),
        account(4, "rdbm", ["Ms", "Priya", "Raman"], "priya.raman@nhs.example", Role::Rdbm),
        account(5, "admin", ["Mr", "Owen", "Fairclough"], "owen.fairclough@nhs.example", Role::Admin),
    ]
}

/// The account of this username.
pub fn user(username: &str) -> Option<DemoUser> {
    users().into_iter().find(|user| user.username == username)
}

fn account(
    number: u128,
    username: &'static str,
    [title, first_name, last_name]: [&'static str; 3],
    email: &'static str,
    role: Role,
) -> DemoUser {
    DemoUser {
        id: UserId::from_uuid(Uuid::from_u128(0xc0ff_e200_0000_7000_8000_0000_0001_0000 + number)),
        username,
        title,
        first_name,
        last_name,
        name: format!("{title} {first_name} {last_name}"),
        email,
        roles: vec![role],
        password: "coffer-demo",
        api_token: format!("coffer-demo-{username}-token"),
    }
}
