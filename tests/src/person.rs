//! A person at a browser. Every page that they come to is checked for accessibility.

use std::time::Duration;

use coffer_testkit::Browser;
use fantoccini::Locator;
use fantoccini::elements::Element;

const PATIENCE: Duration = Duration::from_secs(10);

/// Somebody who uses the pages.
#[derive(Debug)]
pub struct Person {
    /// Their browser.
    pub browser: Browser,
    gateway: String,
    /// axe needs JavaScript.
    runs_axe: bool,
}

impl Person {
    /// A person with a fresh browser.
    pub async fn new(gateway: &str) -> Self {
        Self { browser: Browser::start().await, gateway: gateway.to_owned(), runs_axe: true }
    }

    /// A person whose browser runs no JavaScript; their pages are not checked, since axe would need it.
    pub async fn without_javascript(gateway: &str) -> Self {
        let browser = Browser::start_without_javascript().await;
        Self { browser, gateway: gateway.to_owned(), runs_axe: false }
    }

    /// Signs in with a demo account.
    pub async fn sign_in(&self, username: &str) {
        self.go("/").await;
        self.write("#username", username).await;
        self.write("#password", "coffer-demo").await;
        self.press("Sign in").await;
        // Going elsewhere before the answer is here would leave its cookie behind.
        self.find(Locator::Css("form[action='/sign-out']")).await;
    }

    /// Opens a path of the site, or a whole address.
    pub async fn go(&self, path: &str) {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.gateway) };
        self.browser.client.goto(&url).await.expect("the page opens");
        self.assert_accessible().await;
    }

    /// Writes into a field.
    pub async fn write(&self, field: &str, text: &str) {
        let field = self.find(Locator::Css(field)).await;
        field.clear().await.expect("the field can be emptied");
        field.send_keys(text).await.expect("the field takes text");
    }

    /// Ticks a box or a radio button, or chooses an option, by its selector; leaves it where it is ticked.
    pub async fn tick(&self, selector: &str) {
        let element = self.find(Locator::Css(selector)).await;
        if !element.is_selected().await.unwrap_or_default() {
            element.click().await.expect("it can be ticked");
        }
    }

    /// Presses the button whose text begins so, and waits for the page that comes.
    pub async fn press(&self, text: &str) {
        let button = format!("//main//button[starts-with(normalize-space(.), '{text}')]");
        self.find(Locator::XPath(&button)).await.click().await.expect("the button can be pressed");
        self.assert_accessible().await;
    }

    /// Follows the first link of the page's main part whose text holds this.
    pub async fn follow(&self, text: &str) {
        let link = format!("//main//a[contains(normalize-space(.), '{text}')]");
        self.find(Locator::XPath(&link)).await.click().await.expect("the link can be followed");
        self.assert_accessible().await;
    }

    /// Waits until the page shows a text.
    pub async fn see(&self, text: &str) {
        let end = tokio::time::Instant::now() + PATIENCE;
        while !self.text().await.contains(text) {
            assert!(
                tokio::time::Instant::now() < end,
                "the page does not show {text:?}: {}",
                self.text().await
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Everything that the page's main part shows.
    pub async fn text(&self) -> String {
        self.find(Locator::Css("main")).await.text().await.unwrap_or_default()
    }

    /// Fails the test if axe finds a fault on the page that is shown.
    pub async fn assert_accessible(&self) {
        if self.runs_axe {
            self.browser.assert_accessible().await;
        }
    }

    async fn find(&self, locator: Locator<'_>) -> Element {
        let waiting = self.browser.client.wait().at_most(PATIENCE).for_element(locator);
        match waiting.await {
            Ok(element) => element,
            Err(error) => panic!("no {locator:?} on the page: {error}"),
        }
    }
}
