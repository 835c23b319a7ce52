//! A browser without a screen: keeps cookies, sends what browsers send.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use scraper::{Html, Selector};
use tower::ServiceExt as _;
use url::form_urlencoded;

/// Keeps cookies from page to page.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) router: Router,
    pub(crate) cookies: BTreeMap<String, String>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) fn new(router: Router) -> Self {
        Self { router, cookies: BTreeMap::new() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form from a page of this site.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()))
            .unwrap();
        self.send(request).await
    }

    pub(crate) async fn send(&mut self, request: Request<Body>) -> Page {
        let response = self.open(request).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Page { status: parts.status, headers: parts.headers, text }
    }

    /// The answer with its body still open, for events.
    pub(crate) async fn open(&mut self, mut request: Request<Body>) -> Response<Body> {
        if !self.cookies.is_empty() {
            let cookies: Vec<_> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request.headers_mut().insert("cookie", cookies.join("; ").parse().unwrap());
        }
        let reads_only = matches!(*request.method(), Method::GET | Method::HEAD);
        assert!(reads_only || request.headers().contains_key("host") || request.uri().host().is_none());
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            self.keep(cookie.to_str().unwrap());
        }
        response
    }

    fn keep(&mut self, cookie: &str) {
        let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
        if value.is_empty() {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
    }
}

impl Page {
    /// Where it sends the browser.
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        self.headers["location"].to_str().unwrap()
    }

    /// The texts of all elements that fit.
    pub(crate) fn texts(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
        Html::parse_document(&self.text)
            .select(&selector)
            .map(|found| words(found.text().collect()))
            .collect()
    }

    /// The value of a field of a form.
    pub(crate) fn value(&self, field: &str) -> String {
        let selector = Selector::parse(&format!("[name=\"{field}\"]")).unwrap();
        let page = Html::parse_document(&self.text);
        page.select(&selector).next().unwrap().value().attr("value").unwrap().to_owned()
    }

    /// What the error summary says, each with the field that it links to.
    pub(crate) fn errors(&self) -> Vec<(String, String)> {
        let selector = Selector::parse(".nhsuk-error-summary__list a").unwrap();
        let page = Html::parse_document(&self.text);
        let links = page.select(&selector);
        links.map(|link| (link.value().attr("href").unwrap().to_owned(), link.text().collect())).collect()
    }

    /// The page within its frame, for a snapshot.
    pub(crate) fn main(&self) -> String {
        let page = Html::parse_document(&self.text);
        let main = page.select(&Selector::parse("main").unwrap()).next().unwrap().html();
        let lines = main.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join("\n")
    }
}
