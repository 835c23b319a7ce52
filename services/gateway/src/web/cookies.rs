//! Names and flags of our cookies.

use axum_extra::extract::cookie::{Cookie, SameSite};
use time::Duration;

use crate::config::PublicUrl;

/// With TLS the names carry prefixes that browsers enforce; plain names serve the demo on loopback.
#[derive(Debug, Clone, Copy)]
pub struct Cookies {
    /// Of the session.
    pub session: &'static str,
    /// Of a clinician's answer.
    pub answer: &'static str,
    secure: bool,
}

/// The only pages that see the cookie of a clinician's answer.
const ANSWER_PATH: &str = "/answer";
const ANSWER_LIFE: Duration = Duration::minutes(30);

impl Cookies {
    /// The cookies of a site at this address.
    pub fn for_url(url: &PublicUrl) -> Self {
        if url.is_https() {
            Self { session: "__Host-coffer", answer: "__Secure-coffer-answer", secure: true }
        } else {
            Self { session: "coffer", answer: "coffer-answer", secure: false }
        }
    }

    /// The session's cookie; it ends with the browser, and before that with the session's row.
    pub fn session(self, token: String) -> Cookie<'static> {
        self.cookie(self.session, token, "/")
    }

    /// Takes the session's cookie away.
    pub fn no_session(self) -> Cookie<'static> {
        let mut cookie = self.session(String::new());
        cookie.make_removal();
        cookie
    }

    /// Keeps the token of a clinician's link out of the address for half an hour. `Lax`, because the
    /// link is followed from a mail, which is another site.
    pub fn answer(self, token: String) -> Cookie<'static> {
        let mut cookie = self.cookie(self.answer, token, ANSWER_PATH);
        cookie.set_max_age(ANSWER_LIFE);
        cookie
    }

    fn cookie(self, name: &'static str, value: String, path: &'static str) -> Cookie<'static> {
        Cookie::build((name, value))
            .path(path)
            .secure(self.secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .build()
    }
}
