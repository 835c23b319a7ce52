//! The page of an error.

use askama::Template;

use super::Layout;

/// A plain sentence and a reference.
#[derive(Template)]
#[template(path = "pages/error.html")]
pub struct ErrorPage {
    /// The frame.
    pub layout: Layout,
    /// What happened, in a few words.
    pub heading: &'static str,
    /// What it means and what to do.
    pub text: String,
    /// Trace id, empty if there is none.
    pub reference: String,
}
