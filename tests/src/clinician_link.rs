//! The link in a clinician's e-mail, as a mail reader without JavaScript follows it.

use coffer_testkit::SinkMessage;
use regex::Regex;
use reqwest::{Client, Response, StatusCode};

/// A clinician with the link open; has cookies of their own.
#[derive(Debug, Clone)]
pub struct ClinicianLink {
    client: Client,
    url: String,
}

impl ClinicianLink {
    /// The one link in the text part of the e-mail.
    ///
    /// # Panics
    /// When the e-mail holds no link to the answer page.
    pub fn in_mail(mail: &SinkMessage) -> Self {
        let link = Regex::new(r"https?://\S+/answer/[A-Za-z0-9_-]+").expect("a pattern");
        let found = link.find(&mail.text).unwrap_or_else(|| panic!("no link in: {}", mail.text));
        Self::at(found.as_str())
    }

    /// A link with cookies of its own.
    ///
    /// # Panics
    /// When the client cannot be made.
    pub fn at(url: &str) -> Self {
        let client = Client::builder().cookie_store(true).build().expect("an HTTP client");
        Self { client, url: url.to_owned() }
    }

    /// The address, token and all.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Opens the page and gives it.
    ///
    /// # Panics
    /// When the gateway does not answer.
    pub async fn open(&self) -> (StatusCode, String) {
        let response = self.client.get(&self.url).send().await.expect("the gateway answers");
        (response.status(), response.text().await.expect("a page"))
    }

    /// Answers with the nonce of the page.
    ///
    /// # Panics
    /// When the page has no form.
    pub async fn answer(&self, answer: &str, reason: &str) -> (StatusCode, String) {
        let (_, page) = self.open().await;
        let response = self.post(&nonce_of(&page), answer, reason).await;
        (response.status(), response.text().await.expect("a page"))
    }

    /// Sends the form with a nonce.
    ///
    /// # Panics
    /// When the gateway does not answer.
    pub async fn post(&self, nonce: &str, answer: &str, reason: &str) -> Response {
        let (base, _) = self.url.rsplit_once('/').expect("a link ends in its token");
        let form =
            [("nonce", nonce), ("answer", answer), ("reason", reason), ("name", "Dr Helen Marchbanks")];
        self.client.post(base).form(&form).send().await.expect("the gateway answers")
    }

    /// Fetches what lies below the answer page, such as `pack`.
    ///
    /// # Panics
    /// When the gateway does not answer.
    pub async fn get(&self, path: &str) -> Response {
        let (base, _) = self.url.rsplit_once('/').expect("a link ends in its token");
        self.client.get(format!("{base}/{path}")).send().await.expect("the gateway answers")
    }
}

/// The nonce in the form of the answer page.
///
/// # Panics
/// When there is none.
pub fn nonce_of(page: &str) -> String {
    let input = Regex::new(r#"<input[^>]*name="nonce"[^>]*>"#).expect("a pattern");
    let value = Regex::new(r#"value="([^"]+)""#).expect("a pattern");
    let input = input.find(page).unwrap_or_else(|| panic!("no nonce in: {page}"));
    let value = value.captures(input.as_str()).and_then(|captures| captures.get(1));
    value.expect("the nonce has a value").as_str().to_owned()
}
