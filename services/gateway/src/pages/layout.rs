//! What stands around every page: header, navigation by role, banners.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use coffer_runtime::Environment;
use coffer_types::Role;

use crate::app::App;
use crate::auth::CurrentUser;
use crate::web::assets;

/// Everything a layout needs to know of the request.
pub struct Shell {
    user: Option<CurrentUser>,
    path: String,
    environment: Option<&'static str>,
    diverted_to: Option<String>,
    organisation: String,
}

/// The frame of one page.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// Of the browser's tab.
    pub title: String,
    /// Name of who is signed in.
    pub user: Option<String>,
    /// Where they may go.
    pub navigation: Vec<NavigationItem>,
    /// The other pages of this part of the site; empty where it has no parts.
    pub sections: Vec<NavigationItem>,
    /// Words of the demo or test banner.
    pub environment: Option<&'static str>,
    /// Where the safety catch sends all e-mails, for those who need to know.
    pub diverted_to: Option<String>,
    /// Named beside the product.
    pub organisation: String,
}

/// A link of the navigation.
#[derive(Debug, Clone)]
pub struct NavigationItem {
    /// Where to.
    pub href: &'static str,
    /// Its words.
    pub label: &'static str,
    /// This page is below it.
    pub current: bool,
}

/// Pages of research queries, below their one entry in the menu.
const RESEARCH: &[(&str, &str)] = &[
    ("/queries", "Queries"),
    ("/runs", "Runs"),
    ("/library", "Library"),
    ("/databases", "Databases"),
    ("/highlights", "Highlights"),
];

/// Address, words, and whose it is.
const NAVIGATION: &[(&str, &str, &[Role])] = &[
    ("/desk", "Desk", &[Role::Rdbm]),
    ("/queries", "Research", &Role::ALL),
    ("/studies", "Studies", &[Role::Researcher, Role::Rdbm, Role::Clinician]),
    ("/contact-requests", "Contact requests", &[Role::Researcher, Role::Rdbm, Role::Admin, Role::Clinician]),
    ("/own-patients/new", "Own patient", &[Role::Clinician]),
    ("/patient-answers", "Patient answers", &[Role::Rdbm]),
    ("/letters", "Letters", &[Role::Rdbm]),
    ("/consent-modes", "Consent modes", &[Role::Rdbm]),
    ("/emails", "E-mails", &[Role::Rdbm, Role::Admin]),
    ("/audit", "Audit", &[Role::Rdbm, Role::Admin]),
];

impl Shell {
    /// The frame of a page with this title.
    pub fn layout(&self, title: &str) -> Layout {
        let runs_it = self.user.as_ref().is_some_and(|user| user.has_any(&[Role::Rdbm, Role::Admin]));
        Layout {
            title: title.to_owned(),
            user: self.user.as_ref().map(|user| user.name.clone()),
            navigation: self.user.as_ref().map(|user| self.navigation(user)).unwrap_or_default(),
            sections: self.sections(),
            environment: self.environment,
            diverted_to: self.diverted_to.clone().filter(|_| runs_it),
            organisation: self.organisation.clone(),
        }
    }

    fn navigation(&self, user: &CurrentUser) -> Vec<NavigationItem> {
        let theirs = NAVIGATION.iter().filter(|(_, _, roles)| user.has_any(roles));
        let is_current = |href| match href {
            "/queries" => self.is_research(),
            href => self.is_below(href),
        };
        theirs.map(|&(href, label, _)| NavigationItem { href, label, current: is_current(href) }).collect()
    }

    fn sections(&self) -> Vec<NavigationItem> {
        let shown = RESEARCH.iter().filter(|_| self.user.is_some() && self.is_research());
        shown.map(|&(href, label)| NavigationItem { href, label, current: self.is_below(href) }).collect()
    }

    fn is_research(&self) -> bool {
        RESEARCH.iter().any(|(href, _)| self.is_below(href))
    }

    fn is_below(&self, href: &str) -> bool {
        self.path.starts_with(href)
    }
}

impl Layout {
    /// Address of a file.
    pub fn asset(&self, name: &str) -> &'static str {
        assets::address(name)
    }
}

impl FromRequestParts<App> for Shell {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let mailer = app.mailer_status.borrow();
        Ok(Self {
            user: parts.extensions.get().cloned(),
            path: parts.uri.path().to_owned(),
            environment: banner(app.environment),
            diverted_to: mailer.safety_catch.then(|| mailer.diverted_to.clone()),
            organisation: app.settings.web.organisation.clone(),
        })
    }
}

const fn banner(environment: Environment) -> Option<&'static str> {
    match environment {
        Environment::Demo => Some("Demonstration system: every patient and every study is fictional."),
        Environment::Test => Some("Test system: nothing here is real. Do not use it for care or research."),
        Environment::Production => None,
    }
}

#[cfg(test)]
mod tests {
    use coffer_types::UserId;

    use super::*;

    fn shell(role: Role) -> Shell {
        let user = CurrentUser {
            id: UserId::new(),
            username: "someone".to_owned(),
            name: "Dr Someone".to_owned(),
            email: String::new(),
            roles: vec![role],
        };
        Shell {
            user: Some(user),
            path: "/letters".to_owned(),
            environment: banner(Environment::Production),
            diverted_to: Some("catch@nhs.example".to_owned()),
            organisation: String::new(),
        }
    }

    #[test]
    fn the_safety_catch_shows_to_those_who_run_the_system() {
        for role in Role::ALL {
            let shown = shell(role).layout("Letters").diverted_to.is_some();
            assert_eq!(shown, matches!(role, Role::Rdbm | Role::Admin), "{role}");
        }
    }

    #[test]
    fn the_menu_holds_what_the_role_may_open() {
        let labels =
            |role| shell(role).layout("x").navigation.iter().map(|item| item.label).collect::<Vec<_>>();
        assert_eq!(labels(Role::Researcher), ["Research", "Studies", "Contact requests"]);
        assert_eq!(labels(Role::Admin), ["Research", "Contact requests", "E-mails", "Audit"]);
        assert_eq!(shell(Role::Rdbm).layout("x").navigation.iter().filter(|item| item.current).count(), 1);
    }

    #[test]
    fn pages_of_research_have_their_own_menu() {
        let runs = Shell { path: "/runs/1".to_owned(), ..shell(Role::Researcher) }.layout("A run");
        let current = |items: &[NavigationItem]| {
            items.iter().filter(|item| item.current).map(|item| item.label).collect::<Vec<_>>()
        };
        assert_eq!((current(&runs.navigation), current(&runs.sections)), (vec!["Research"], vec!["Runs"]));
        assert!(shell(Role::Researcher).layout("Letters").sections.is_empty());
    }

    #[test]
    fn only_production_has_no_banner() {
        assert!(banner(Environment::Production).is_none());
        assert!(banner(Environment::Demo).is_some() && banner(Environment::Test).is_some());
    }
}
