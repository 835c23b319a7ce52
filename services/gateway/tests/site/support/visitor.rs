//! A real browser in front of a site on a port of its own.

use std::net::SocketAddr;

use coffer_testkit::Browser;
use coffer_types::Role;
use fantoccini::Locator;
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use super::{PASSWORD, Site};

/// A command of the browser's developer tools, which WebDriver has no word for.
#[derive(Debug)]
struct DeveloperTools(Value);

impl WebDriverCompatibleCommand for DeveloperTools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.0.to_string()))
    }
}

/// Keeps what the page's policy forbids, from before its first script.
const WATCH_POLICY: &str = "window.forbidden = [];
    addEventListener('securitypolicyviolation', (event) =>
        forbidden.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`))";

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

    /// Types into whatever has the focus, be it in a shadow tree; special keys as WebDriver numbers them.
    pub(crate) async fn type_keys(&self, keys: &str) {
        let press = |value| [KeyAction::Down { value }, KeyAction::Up { value }];
        let typed = keys.chars().flat_map(press).fold(KeyActions::new("keys".to_owned()), KeyActions::then);
        self.browser.client.perform_actions(typed).await.unwrap();
    }

    /// Selects all text of whatever has the focus.
    pub(crate) async fn select_all(&self) {
        let (control, a) = ('\u{e009}', 'a');
        let keys = [(control, true), (a, true), (a, false), (control, false)];
        let press = |(value, down)| if down { KeyAction::Down { value } } else { KeyAction::Up { value } };
        let pressed = keys.into_iter().map(press).fold(KeyActions::new("keys".to_owned()), KeyActions::then);
        self.browser.client.perform_actions(pressed).await.unwrap();
    }

    /// Gives the browser a command of its developer tools.
    pub(crate) async fn tell(&self, command: &str, params: Value) -> Result<Value, CmdError> {
        let command = DeveloperTools(json!({"cmd": command, "params": params}));
        self.browser.client.issue_cmd(command).await
    }

    pub(crate) async fn run(&self, script: &str) -> Value {
        self.browser.client.execute(script, Vec::new()).await.unwrap()
    }

    /// From the next page on, keeps what the policy of a page forbids.
    pub(crate) async fn watch_policy(&self) {
        let script = json!({"source": WATCH_POLICY});
        self.tell("Page.addScriptToEvaluateOnNewDocument", script).await.unwrap();
    }

    /// What the policy of this page has forbidden.
    pub(crate) async fn policy_violations(&self) -> Vec<String> {
        serde_json::from_value(self.run("return window.forbidden").await).unwrap()
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
