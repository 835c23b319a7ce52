//! A real browser in front of a site on a port of its own.

use std::net::SocketAddr;

use coffer_testkit::Browser;
use coffer_types::Role;
use fantoccini::Locator;
use fantoccini::elements::Element;
use tokio::net::TcpListener;

use super::{PASSWORD, Site};

/// A person at a screen.
pub(crate) struct Visitor {
    pub(crate) browser: Browser,
    origin: String,
}

impl Visitor {
    /// Sits down in front of the site.
    pub(crate) async fn of(site: &Site) -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let router = site.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { browser: Browser::start().await, origin }
    }

    pub(crate) async fn open(&self, path: &str) {
        self.browser.client.goto(&format!("{}{path}", self.origin)).await.unwrap();
    }

    /// The first element that fits, as soon as it is there.
    pub(crate) async fn find(&self, selector: &str) -> Element {
        self.browser.client.wait().for_element(Locator::Css(selector)).await.unwrap()
    }

    pub(crate) async fn sign_in(&self, role: Role) {
        self.open("/sign-in").await;
        for (field, text) in [("#username", role.as_str()), ("#password", PASSWORD)] {
            self.find(field).await.send_keys(text).await.unwrap();
        }
        self.find("main form > .nhsuk-button").await.click().await.unwrap();
        self.find(".nhsuk-header__account").await;
    }
}
