//! Each page in a real browser: no fault that axe-core finds, and nothing that is wider than a small screen;
//! in light and dark.

use coffer_types::Role;
use fantoccini::error::CmdError;
use serde_json::{Value, json};

use crate::support::{Site, Visitor, research_samples, run_samples, samples};

/// Looks at pages and keeps what is wrong with them.
struct Inspector {
    visitor: Visitor,
    faults: Vec<String>,
}

impl Inspector {
    async fn of(site: &Site) -> Self {
        Self { visitor: Visitor::of(site).await, faults: Vec::new() }
    }

    /// Looks at the page that is shown in all its forms.
    async fn look(&mut self, name: &str) {
        for (width, scheme) in [(1280, "light"), (1280, "dark"), (320, "light")] {
            self.resize(width).await.unwrap();
            self.colour(scheme).await.unwrap();
            for violation in self.visitor.browser.axe().await {
                let places: Vec<_> = violation.nodes.iter().map(|node| &node.html).collect();
                self.faults.push(format!("{name} at {width}, {scheme}: {}: {places:?}", violation.help));
            }
            let wide =
                self.visitor.run("return document.documentElement.scrollWidth").await.as_i64().unwrap();
            if wide > width {
                self.faults.push(format!("{name} at {width} is {wide} wide"));
            }
        }
    }

    async fn resize(&self, width: i64) -> Result<Value, CmdError> {
        let params = json!({"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": false});
        self.visitor.tell("Emulation.setDeviceMetricsOverride", params).await
    }

    async fn colour(&self, scheme: &str) -> Result<Value, CmdError> {
        let params = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.visitor.tell("Emulation.setEmulatedMedia", params).await
    }

    async fn visit(&mut self, paths: &[&str]) {
        for path in paths {
            self.visitor.open(path).await;
            self.look(path).await;
        }
    }

    /// Sends the page's form as it is, so that its errors show.
    async fn send_form(&mut self, path: &str) {
        self.visitor.open(path).await;
        self.visitor.run("document.querySelector('main form button:not([type=button])').click()").await;
        self.visitor.find(".nhsuk-error-summary").await;
        self.look(&format!("{path} with errors")).await;
    }

    fn finish(self) {
        assert!(self.faults.is_empty(), "{:#?}", self.faults);
    }
}

#[tokio::test]
async fn pages_of_researchers_are_accessible() {
    let site = Site::start().await;
    let mut inspector = Inspector::of(&site).await;
    inspector.visitor.sign_in(Role::Researcher).await;
    let request = format!("/contact-requests/{}", samples::REQUEST);
    let study = format!("/studies/{}", samples::CLOSED_STUDY);
    inspector
        .visit(&[
            "/",
            "/studies",
            &study,
            "/contact-requests?submitted=2",
            &request,
            "/nothing",
            "/account",
            "/account/display",
        ])
        .await;
    inspector.send_form("/contact-requests/new").await;
    inspector.finish();
}

#[tokio::test]
async fn pages_of_databases_are_accessible() {
    let site = Site::start().await;
    let mut inspector = Inspector::of(&site).await;
    inspector.visitor.sign_in(Role::Rdbm).await;
    let paths = [
        "/databases",
        "/databases/demo?refreshed=yes",
        "/databases/demo?view=table",
        "/databases/demo/table?schema=public&table=note",
        "/databases/community",
    ];
    inspector.visit(&paths).await;
    inspector.finish();
}

#[tokio::test]
async fn pages_of_queries_are_accessible() {
    let site = Site::start().await;
    let mut inspector = Inspector::of(&site).await;
    inspector.visitor.sign_in(Role::Researcher).await;
    let saved = format!("/queries/{}", research_samples::SAVED);
    let editor = format!("/queries/new?query={}", research_samples::SAVED);
    let delete = format!("{saved}/delete");
    let standard = format!("/library/{}", research_samples::STANDARD);
    inspector.visit(&["/queries", &editor, &saved, &delete, "/library", &standard, "/highlights"]).await;
    inspector.send_form("/queries/text-anywhere").await;
    inspector.send_form("/queries/new").await;
    inspector.finish();
}

#[tokio::test]
async fn pages_of_runs_are_accessible() {
    let site = Site::start().await;
    let mut inspector = Inspector::of(&site).await;
    inspector.visitor.sign_in(Role::Researcher).await;
    let run = |id: &str, below: &str| format!("/runs/{id}{below}");
    let pages = [
        "/runs".to_owned(),
        run(run_samples::QUEUED, ""),
        run(run_samples::RUNNING, ""),
        run(run_samples::FAILED, ""),
        run(run_samples::GONE, ""),
        run(run_samples::DONE, "/records/2"),
        run(run_samples::DONE, "/certificate"),
        run(run_samples::DONE, "?page=9&filter=age:less:50"),
        run(run_samples::DONE, "?filter=age:less:not+a+number&hide_empty=true"),
        run(run_samples::DONE, "?filter=age:at_least:40&sort=-age"),
    ];
    inspector.visit(&pages.each_ref().map(String::as_str)).await;
    inspector.visitor.run("document.querySelectorAll('details').forEach((part) => (part.open = true))").await;
    inspector.look("a result with all its parts open").await;
    inspector.visitor.run("document.querySelector('.coffer-choose button').click()").await;
    inspector.visitor.find(".nhsuk-error-summary").await;
    inspector.look("a result with errors").await;
    inspector.finish();
}

#[tokio::test]
async fn pages_of_the_rdbm_are_accessible() {
    let site = Site::start().await;
    let mut inspector = Inspector::of(&site).await;
    inspector.visitor.sign_in(Role::Rdbm).await;
    let mut browser = site.browser_of(Role::Rdbm).await;
    let patient =
        browser.post("/consent-modes", &[("nhs_number", samples::NHS_NUMBER)]).await.location().to_owned();
    let request = format!("/contact-requests/{}", samples::REQUEST);
    let email = format!("/emails/{}", samples::EMAIL);
    inspector.visit(&["/desk", &request, "/patient-answers", "/letters", &patient, "/emails", &email]).await;
    inspector.send_form(&format!("{request}/patient-answer")).await;
    inspector.send_form(&format!("{patient}/new")).await;
    inspector.send_form("/library/new").await;
    inspector.send_form("/consent-modes").await;
    inspector.finish();
}

#[tokio::test]
async fn pages_of_clinicians_are_accessible() {
    let site = Site::start().await;
    let mut inspector = Inspector::of(&site).await;
    inspector.send_form("/sign-in").await;
    inspector.visitor.open("/answer/some-token").await;
    inspector.send_form("/answer").await;
    site.asked.state().link = "expired".to_owned();
    inspector.visit(&["/answer"]).await;
    inspector.visitor.sign_in(Role::Clinician).await;
    inspector.visit(&["/"]).await;
    inspector.send_form("/own-patients/new").await;
    inspector.finish();
}
